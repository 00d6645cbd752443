/** Which providers are there, and what do they say? Alone in talking to them; what they publish of themselves is kept an hour. */
import { Inject, Injectable, Logger } from '@nestjs/common';
import * as openid from 'openid-client';
import { CONFIG, type Config, publicUrl } from '../../config.js';
import { PREFIX } from '../../platform/openapi.js';
import { type Told, toldBy } from './claims.js';
import { type Doubt, ProviderAway, ProviderNotFound, SignInDenied, SignInFailed } from './openid.errors.js';
import type { Provider } from './provider.js';
import { CallFailed, pairOf, providerCalls } from './provider-calls.js';

const KEPT_MS = 3_600_000;
const CLOCK_TOLERANCE_S = 60;

/** What only the browser's row knows of a sign-in. */
export interface Checks {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

interface Known {
  readonly configuration: Promise<openid.Configuration>;
  readonly until: number;
}

@Injectable()
export class Providers {
  private readonly log = new Logger(Providers.name);
  private readonly known = new Map<string, Known>();
  private readonly call: openid.CustomFetch;
  private readonly inTheClear: ReadonlySet<string>;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.inTheClear = new Set(config.OUTBOUND_ALLOW.map((pair) => pair.toLowerCase()));
    this.call = providerCalls(this.inTheClear);
  }

  all(): readonly Provider[] {
    return this.config.OPENID_PROVIDERS;
  }

  /** @throws ProviderNotFound */
  get(id: string): Provider {
    const provider = this.all().find((each) => each.id === id);
    if (!provider)
      throw new ProviderNotFound(
        id,
        this.all().map((each) => each.id),
      );
    return provider;
  }

  /** Where the browser goes, and what to check its return by. @throws ProviderAway */
  async begin(provider: Provider): Promise<{ url: URL; checks: Checks }> {
    const checks = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      verifier: openid.randomPKCECodeVerifier(),
    };
    const configuration = await this.configurationOf(provider);
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: this.callbackOf(provider),
      scope: provider.scopes.join(' '),
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
    });
    return { url, checks };
  }

  /**
   * What it says of who comes back with these parameters.
   * @throws SignInDenied, SignInFailed, ProviderAway
   */
  async finish(provider: Provider, parameters: URLSearchParams, checks: Checks): Promise<Told> {
    const configuration = await this.configurationOf(provider);
    const back = new URL(`${this.callbackOf(provider)}?${parameters}`);
    try {
      const tokens = await openid.authorizationCodeGrant(configuration, back, {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('There is no ID token.');
      const more = configuration.serverMetadata().userinfo_endpoint
        ? await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : {};
      return toldBy(provider, claims.sub, { ...more, ...claims });
    } catch (error) {
      throw this.refusalOf(provider, error);
    }
  }

  /** Where somebody signs out of the provider too; null: it offers no such page, or is away. */
  async signOutAt(issuer: string): Promise<string | null> {
    const provider = this.all().find((each) => each.issuer === issuer);
    const configuration = provider && (await this.configurationOf(provider).catch(() => null)); // signing out here is done all the same
    if (!configuration?.serverMetadata().end_session_endpoint) return null;
    return openid.buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${publicUrl(this.config)}/` }).href;
  }

  /** The public keys by which it signs, as it publishes them now. @throws ProviderAway */
  async keysOf(provider: Provider): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { jwks_uri: address } = (await this.configurationOf(provider)).serverMetadata();
    if (!address) throw new ProviderAway(provider.id, provider.label);
    try {
      const answer = await this.call(address, { body: undefined, headers: {}, method: 'GET', redirect: 'manual' });
      const body: unknown = await answer.json();
      const keys = typeof body === 'object' && body !== null && 'keys' in body ? body.keys : null;
      return Array.isArray(keys) ? keys.filter((key) => typeof key === 'object' && key !== null) : [];
    } catch (cause) {
      throw new ProviderAway(provider.id, provider.label, { cause });
    }
  }

  private callbackOf({ id }: Provider): string {
    return `${publicUrl(this.config)}/${PREFIX.replace(/^\/|\/$/g, '')}/sign-in/${id}/callback`;
  }

  /** Asked once for all who wait; what has failed is asked again by the next. */
  private async configurationOf(provider: Provider): Promise<openid.Configuration> {
    const kept = this.known.get(provider.id);
    const known = kept && kept.until > Date.now() ? kept : this.discover(provider);
    try {
      return await known.configuration;
    } catch (error) {
      if (this.known.get(provider.id) === known) this.known.delete(provider.id);
      this.log.warn({ message: `${provider.issuer} cannot be discovered.`, provider: provider.id, cause: error });
      throw new ProviderAway(provider.id, provider.label, { cause: error });
    }
  }

  private discover({ id, issuer, clientId, clientSecret }: Provider): Known {
    const isClear = issuer.startsWith('http:') && this.inTheClear.has(pairOf(new URL(issuer)));
    const configuration = openid.discovery(
      new URL(issuer),
      clientId,
      { client_secret: clientSecret, [openid.clockTolerance]: CLOCK_TOLERANCE_S },
      asTheyTakeIt(clientSecret),
      { [openid.customFetch]: this.call, ...(isClear && { execute: [openid.allowInsecureRequests] }) },
    );
    const known = { configuration, until: Date.now() + KEPT_MS };
    this.known.set(id, known);
    return known;
  }

  private refusalOf({ id, label }: Provider, error: unknown): Error {
    const causes = causesOf(error);
    if (causes.some((cause) => cause instanceof openid.AuthorizationResponseError)) return new SignInDenied(id, label);
    this.log.warn({ message: 'A sign-in failed.', provider: id, cause: error });
    if (causes.some((cause) => cause instanceof CallFailed)) return new ProviderAway(id, label, { cause: error });
    return new SignInFailed(id, label, doubtOf(causes), { cause: error });
  }
}

/** By form where the provider takes it, and by header otherwise, as the specification has it. */
const asTheyTakeIt = (secret: string): openid.ClientAuth => {
  const [byForm, byHeader] = [openid.ClientSecretPost(secret), openid.ClientSecretBasic(secret)];
  return (server, client, body, headers) => {
    const takesForm = server.token_endpoint_auth_methods_supported?.includes('client_secret_post');
    (takesForm ? byForm : byHeader)(server, client, body, headers);
  };
};

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let at = error; at !== undefined && causes.length < 8; at = at instanceof Error ? at.cause : undefined) {
    causes.push(at);
  }
  return causes;
}

/** By the codes of openid-client. */
function doubtOf(causes: readonly unknown[]): Doubt {
  const says = (code: string) =>
    causes.some((cause) => cause instanceof Error && 'code' in cause && cause.code === code);
  if (says('OAUTH_JWT_TIMESTAMP_CHECK_FAILED')) return 'clock';
  if (causes.some((cause) => cause instanceof openid.ResponseBodyError && cause.error === 'invalid_grant'))
    return 'code';
  const isOfNonce = causes.some(
    (cause) => cause instanceof Error && /nonce/.test(`${cause.message} ${JSON.stringify(cause.cause ?? '')}`),
  );
  return isOfNonce ? 'nonce' : 'answer';
}
