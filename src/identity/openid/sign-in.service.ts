/**
 * How does somebody come in by a provider? To it and back; then by the identity that is linked to an account. An address is
 * a link only by the word of a provider that is trusted with it; anybody else shows first that the account is theirs.
 */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../../audit/record-act.js';
import { CONFIG, type Config } from '../../config.js';
import { SignUpOff } from '../identity.errors.js';
import { type Linked, LinkedIdentities } from '../linked-identities.service.js';
import { PeopleService } from '../people.service.js';
import { RolesService } from '../roles.service.js';
import type { SeenFrom } from '../seen-from.js';
import { type Begun, SessionsService } from '../sessions.service.js';
import type { Told } from './claims.js';
import { AccountClosed, EmailNeeded, IdentityNotLinked, IdentityTaken, SignInNotBegun } from './openid.errors.js';
import type { Provider } from './provider.js';
import { Providers } from './providers.js';
import { SignInAttempts } from './sign-in-attempts.service.js';

/** Null as a session: a provider was linked, and nobody was signed in. */
export interface Arrived {
  readonly session: Begun | null;
  readonly returnTo: string;
}

interface Account {
  readonly id: string;
  readonly isProved: boolean;
  readonly isClosed: boolean;
}

@Injectable()
export class SignInService {
  constructor(
    private readonly db: DataSource,
    private readonly providers: Providers,
    private readonly attempts: SignInAttempts,
    private readonly identities: LinkedIdentities,
    private readonly people: PeopleService,
    private readonly roles: RolesService,
    private readonly sessions: SessionsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Where the browser is sent. @param personId who links the provider to their account */
  async begin(id: string, browser: string, returnTo: string, personId: string | null = null): Promise<URL> {
    const provider = this.providers.get(id);
    const { url, checks } = await this.providers.begin(provider);
    await this.attempts.keep(id, browser, { checks, returnTo, personId });
    return url;
  }

  /** What comes of the browser's return. @throws SignInNotBegun, SignInDenied, SignInFailed, ProviderAway, and as `admit` */
  async finish(id: string, browser: string | null, parameters: URLSearchParams, from: SeenFrom): Promise<Arrived> {
    const provider = this.providers.get(id);
    const state = parameters.get('state');
    const attempt = browser && state ? await this.attempts.take(id, browser, state) : null;
    if (!browser || !attempt) throw new SignInNotBegun(id, `/sign-in/${id}`);

    const { checks, returnTo, personId } = attempt;
    const told = await this.providers.finish(provider, parameters, checks);
    if (personId) return { session: await this.linkTo(personId, provider, told), returnTo };
    const linked = await this.db.transaction((tx) => this.knownOrNew(tx, provider, told));
    if (!linked) {
      await this.attempts.wait(id, browser, { told, returnTo });
      throw new EmailNeeded(id, provider.label, `/sign-in/${id}/account`);
    }
    return { session: await this.admit(provider, told, linked, from), returnTo };
  }

  /** Whoever was asked for an address gives it: as with a password, it is theirs to be right. @throws EmailTaken */
  async complete(
    id: string,
    browser: string | null,
    email: string,
    name: string | null,
    from: SeenFrom,
  ): Promise<Begun> {
    const provider = this.providers.get(id);
    const waiting = browser ? await this.attempts.waiting(id, browser) : null;
    if (!browser || !waiting) throw new SignInNotBegun(id, `/sign-in/${id}`);
    const { told } = waiting;
    const linked = await this.db.transaction(async (tx) => {
      const known = await this.identities.use(tx, told);
      return known ?? this.newcomer(tx, provider, { ...told, name: name ?? told.name }, email);
    });
    await this.attempts.forget(id, browser);
    return this.admit(provider, told, linked, from);
  }

  /** Null: an e-mail address is wanting. @throws IdentityNotLinked, SignUpOff */
  private async knownOrNew(tx: EntityManager, provider: Provider, told: Told): Promise<Linked | null> {
    const known = await this.identities.use(tx, told);
    if (known) return known;
    const [account]: Account[] = told.email
      ? await tx.query(
          `SELECT id, "emailProvedAt" IS NOT NULL AS "isProved", "disabledAt" IS NOT NULL AS "isClosed"
             FROM person WHERE lower(email) = lower($1) FOR NO KEY UPDATE`,
          [told.email],
        )
      : [];
    if (account) return this.matched(tx, provider, told, account);
    if (!this.config.SIGN_UP) throw new SignUpOff();
    return told.email ? this.newcomer(tx, provider, told, told.email) : null;
  }

  /**
   * The account of the address that a trusted provider has verified. Whoever made it may have made it with another's address,
   * and wait: what opens it besides is taken, unless it was seen before that the address is theirs.
   */
  private async matched(tx: EntityManager, provider: Provider, told: Told, account: Account): Promise<Linked> {
    if (!told.isEmailProved) throw new IdentityNotLinked(provider.id, provider.label);
    const { id, isProved, isClosed } = account;
    if (isClosed) throw new AccountClosed();
    if (!isProved) {
      await tx.query('UPDATE person SET "passwordHash" = NULL WHERE id = $1', [id]);
      for (const table of ['session', 'access_token', 'person_identity', 'password_reset']) {
        await tx.query(`DELETE FROM ${table} WHERE "personId" = $1`, [id]);
      }
      await recordAct(tx, { actorId: null, action: 'person.ways_in_taken', object: { type: 'person', id } });
    }
    return this.linked(tx, id, provider, told);
  }

  private async newcomer(tx: EntityManager, provider: Provider, told: Told, email: string): Promise<Linked> {
    if (!this.config.SIGN_UP) throw new SignUpOff();
    return this.linked(tx, await this.people.welcome(tx, { name: told.name, email }), provider, told);
  }

  private async linked(tx: EntityManager, personId: string, provider: Provider, told: Told): Promise<Linked> {
    const linked = await this.identities.link(tx, personId, provider.id, told);
    if (!linked) throw new IdentityTaken(provider.id, provider.label);
    return linked;
  }

  private async linkTo(personId: string, provider: Provider, told: Told): Promise<null> {
    await this.db.transaction(async (tx) => {
      await this.mustBeOpen(tx, personId);
      await this.linked(tx, personId, provider, told);
    });
    return null;
  }

  /** @throws AccountClosed */
  private async admit(
    provider: Provider,
    told: Told,
    { id: identityId, personId }: Linked,
    from: SeenFrom,
  ): Promise<Begun> {
    await this.mustBeOpen(this.db.manager, personId);
    if (told.roles) await this.roles.follow(personId, provider.id, told.roles);
    return this.sessions.open(this.db.manager, personId, from, { identityId, providerSession: told.session });
  }

  private async mustBeOpen(tx: EntityManager, personId: string): Promise<void> {
    const [person] = await tx.query('SELECT "disabledAt" FROM person WHERE id = $1', [personId]);
    if (!person || person.disabledAt) throw new AccountClosed();
  }
}
