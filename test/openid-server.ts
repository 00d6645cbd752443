/** By whom do people sign in, in a test? By a real OpenID provider on loopback, at which whoever is next is signed in at once. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type JWK } from 'oidc-provider';

export interface OpenidServer {
  readonly issuer: string;
  /** `host:port`, for `OUTBOUND_ALLOW`. */
  readonly pair: string;
  /** Who signs in there next, and what is said of them; null: they cancel. */
  next: { readonly sub: string; readonly [claim: string]: unknown } | null;
  /** A token that it has signed, whatever it says. */
  signed(payload: object, header?: object): string;
  end(): Promise<void>;
}

export const CLIENT = {
  clientId: 'accession',
  clientSecret: 'a secret of sixty-four characters, or nearly so, for the tests',
};

/** @param service where the service is that it signs people in to; `id` as the service calls it */
export async function beginOpenidServer(
  service: string,
  id: string,
  { secondsLate = 0 }: { secondsLate?: number } = {},
): Promise<OpenidServer> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: id, use: 'sig', alg: 'RS256' };
  const people = new Map<string, Record<string, unknown>>();
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const pair = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  const issuer = `http://${pair}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [`${service}/api/v1/sign-in/${id}/callback`],
        post_logout_redirect_uris: [`${service}/`],
        backchannel_logout_uri: `${service}/api/v1/sign-in/${id}/back-channel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: { keys: [jwk as JWK] },
    cookies: { keys: ['for the tests'] },
    claims: {
      openid: ['sub', 'groups', 'given_name', 'family_name'],
      profile: ['name'],
      email: ['email', 'email_verified'],
    },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    // without its own guard, which keeps it from calling loopback
    fetch: (url, { method, headers, body, signal } = {}) =>
      fetch(url, { method, headers, body, signal } as RequestInit),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    ttl: { IdToken: 600, Session: 600, Grant: 600, Interaction: 600, AccessToken: 600 },
    findAccount: async (_, sub) => ({ accountId: sub, claims: async () => ({ ...people.get(sub), sub }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: CLIENT.clientId, accountId: oidc.session?.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  provider.on('server_error', () => {}); // what it makes of a request is a case of the tests

  const handle = provider.callback();
  http.on('request', (request, response) => {
    if (secondsLate > 0 && request.url === '/token') tellLate(response, secondsLate);
    if (!request.url?.startsWith('/interaction/')) return void handle(request, response);
    const { next } = server;
    if (next) people.set(next.sub, next);
    const result = next
      ? { login: { accountId: next.sub } }
      : { error: 'access_denied', error_description: 'no, thanks' };
    provider
      .interactionFinished(request, response, result, { mergeWithLastSubmission: false })
      .catch(() => response.end());
  });

  /** As if its clock were behind: the ID token says so, and is signed anew. */
  const tellLate = (response: ServerResponse, seconds: number) => {
    const end = response.end.bind(response);
    response.end = ((text: string) => {
      const answer = JSON.parse(text);
      const claims = JSON.parse(Buffer.from(answer.id_token.split('.')[1], 'base64url').toString());
      const late = { ...claims, iat: claims.iat - seconds, exp: claims.exp - seconds };
      const changed = JSON.stringify({ ...answer, id_token: server.signed(late, { typ: 'JWT' }) });
      response.setHeader('content-length', Buffer.byteLength(changed));
      return end(changed);
    }) as typeof response.end;
  };

  const server: OpenidServer = {
    ...{ issuer, pair, next: null },
    signed: (payload, header = {}) => {
      const parts = [{ alg: 'RS256', kid: id, typ: 'logout+jwt', ...header }, payload];
      const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
      return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
    },
    end: async () => {
      http.closeAllConnections();
      await new Promise((settle) => http.close(settle));
    },
  };
  return server;
}
