/** How does somebody wish to be told? Alone in writing what they chose. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { Clock } from '../clock.js';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import { InvalidRequest } from '../platform/invalid-request.js';
import { CATEGORIES, CATEGORY_IDS, type CategoryId, defaultsOf, type Ways } from './categories.js';
import { isZone } from './local-time.js';
import { UnknownUnsubscribeLink } from './notification.errors.js';
import {
  type Choices,
  isPaused,
  isRequired,
  nextDigestAt,
  quietHoursOf,
  RECIPIENT,
  type Recipient,
  waysOf,
} from './preference.js';
import type { PreferencesEdit, PreferencesView, UnsubscribeView } from './preferences.schema.js';
import { type Ending, isSigned, readUnsubscribeToken } from './unsubscribe-token.js';

const READ = `
  SELECT ${RECIPIENT} FROM person p JOIN preference q ON q."personId" = p.id WHERE p.id = $1 FOR UPDATE OF q`;

const WRITE = `
  UPDATE preference SET choices = $2, "asViewer" = $3, "timeZone" = $4, "digestHour" = $5, "quietFrom" = $6, "quietTo" = $7,
         "slackUrl" = $8, "slackProblem" = $9, "bouncedAddress" = $10, "digestAt" = $11 WHERE "personId" = $1`;

const SLACK_HOST = 'hooks.slack.com';
/** Enough of an address to know it by. */
const HINT = 4;

@Injectable()
export class PreferencesService {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async get(personId: string): Promise<PreferencesView> {
    return this.db.transaction(async (tx) => viewOf(await this.read(tx, personId)));
  }

  /** @throws StaleVersion, InvalidRequest */
  async edit(personId: string, edit: PreferencesEdit, expected: Precondition): Promise<PreferencesView> {
    return this.db.transaction(async (tx) => {
      const before = await this.read(tx, personId);
      expected.check(fieldsOf(viewOf(before)));
      this.mustBePossible(edit);
      const after = await this.write(tx, before, edited(before, edit));
      await recordAct(tx, {
        ...{ actorId: personId, action: 'preferences.changed', object: { type: 'person', id: personId } },
        details: { changed: Object.keys(edit) },
      });
      return viewOf(after);
    });
  }

  /** What the link of a mail would end. @throws UnknownUnsubscribeLink */
  async ending(token: string): Promise<UnsubscribeView> {
    return this.db.transaction(async (tx) => {
      const { to, ending } = await this.signedFor(tx, token);
      return this.endingView(token, ending, to);
    });
  }

  /** Done when it was done before, too. @throws UnknownUnsubscribeLink */
  async end(token: string, of: 'these' | 'all'): Promise<UnsubscribeView> {
    return this.db.transaction(async (tx) => {
      const { to: before, ending } = await this.signedFor(tx, token);
      const ended = of === 'all' || ending === 'all' ? CATEGORY_IDS : [ending];
      const off = ended.filter((id) => !isRequired(id)).map((id) => [id, { ...before.choices[id], email: 'off' }]);
      const choices: Choices = { ...before.choices, ...Object.fromEntries(off) };
      const after = await this.write(tx, before, { ...before, choices });
      await recordAct(tx, {
        ...{ actorId: null, action: 'preferences.unsubscribed', object: { type: 'person', id: before.personId } },
        details: { of: ended.length === 1 ? ended[0] : 'all' },
      });
      return this.endingView(token, ending, after);
    });
  }

  /** A row is there from the first look on. */
  private async read(tx: EntityManager, personId: string): Promise<Recipient> {
    await tx.query('INSERT INTO preference ("personId") VALUES ($1) ON CONFLICT DO NOTHING', [personId]);
    const [row]: Recipient[] = await tx.query(READ, [personId]);
    if (!row) throw new Error(`There is no person ${personId}.`);
    return row;
  }

  private async write(tx: EntityManager, before: Recipient, after: Recipient): Promise<Recipient> {
    const isOtherHour = before.timeZone !== after.timeZone || before.digestHour !== after.digestHour;
    const digestAt = after.digestAt && isOtherHour ? nextDigestAt(this.clock.now(), after) : after.digestAt;
    await tx.query(WRITE, [
      ...[after.personId, JSON.stringify(after.choices), after.asViewer, after.timeZone, after.digestHour],
      ...[after.quietFrom, after.quietTo, after.slackUrl, after.slackProblem, after.bouncedAddress, digestAt],
    ]);
    return { ...after, digestAt };
  }

  /** @throws InvalidRequest */
  private mustBePossible({ categories = {}, digest, slack }: PreferencesEdit): void {
    const timeZone = digest?.timeZone;
    if (timeZone !== undefined && !isZone(timeZone))
      throw invalid('/digest/timeZone', timeZone, 'a time zone of the IANA database, such as Europe/Berlin');
    for (const [id, ways] of Object.entries(categories))
      if (isRequired(id as CategoryId) && ways?.email !== undefined && ways.email !== 'now')
        throw invalid(`/categories/${id}/email`, ways.email, '"now": these mails cannot be put off or switched off');
    if (slack?.url && !this.isSlack(new URL(slack.url)))
      throw invalid(
        '/slack/url',
        new URL(slack.url).host,
        `an incoming webhook of Slack: https://${SLACK_HOST}/services/…`,
      );
  }

  private isSlack({ protocol, hostname, port, username, password }: URL): boolean {
    if (username || password) return false;
    const pair = `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`;
    if (this.config.OUTBOUND_ALLOW.some((allowed) => allowed.toLowerCase() === pair)) return true;
    return protocol === 'https:' && hostname === SLACK_HOST && port === '';
  }

  private async signedFor(tx: EntityManager, token: string): Promise<{ to: Recipient; ending: Ending }> {
    const ends = readUnsubscribeToken(token);
    const [to]: Recipient[] = ends ? await tx.query(READ, [ends.personId]) : [];
    if (!ends || !to || !isSigned(token, ends, to.unsubscribeKey)) throw new UnknownUnsubscribeLink();
    return { to, ending: ends.ending };
  }

  private endingView(token: string, ending: Ending, to: Recipient): UnsubscribeView {
    const isOff = (id: CategoryId) => waysOf(id, to).email === 'off';
    const self = `${publicUrl(this.config)}/api/v1/unsubscribe/${token}`;
    return {
      email: masked(to.email),
      these: ending === 'all' ? null : { id: ending, label: CATEGORIES[ending].label, isOff: isOff(ending) },
      isAllOff: CATEGORY_IDS.every((id) => isRequired(id) || isOff(id)),
      links: { these: self, all: `${self}?of=all` },
    };
  }
}

/** What a change would overwrite. */
export const fieldsOf = ({ categories, asViewer, digest, quietHours, slack, email }: PreferencesView) => ({
  ...{ categories, asViewer, digest, quietHours, slack },
  paused: email.paused,
});

export const tagOf = (view: PreferencesView): string => etagOf(fieldsOf(view));

function edited(before: Recipient, { categories = {}, asViewer, digest, quietHours, slack, email }: PreferencesEdit) {
  const choices: { [Id in CategoryId]?: Partial<Ways> } = { ...before.choices };
  for (const [id, ways] of Object.entries(categories) as [CategoryId, Partial<Ways> | null | undefined][]) {
    if (ways === null) delete choices[id];
    else choices[id] = { ...choices[id], ...ways };
  }
  return {
    ...before,
    choices,
    asViewer: asViewer ?? before.asViewer,
    timeZone: digest?.timeZone ?? before.timeZone,
    digestHour: digest?.hour ?? before.digestHour,
    ...(quietHours !== undefined && { quietFrom: quietHours?.from ?? null, quietTo: quietHours?.to ?? null }),
    ...(slack && { slackUrl: slack.url, slackProblem: null }),
    ...(email && { bouncedAddress: null }),
  };
}

function viewOf(to: Recipient): PreferencesView {
  const { bouncedAt, bounceProblem } = to;
  const every = <T>(of: (id: CategoryId) => T) => Object.fromEntries(CATEGORY_IDS.map((id) => [id, of(id)]));
  return {
    categories: every((id) => waysOf(id, to)) as PreferencesView['categories'],
    asViewer: to.asViewer,
    digest: { hour: to.digestHour, timeZone: to.timeZone },
    quietHours: quietHoursOf(to),
    slack: { url: to.slackUrl && hintOf(to.slackUrl), problem: to.slackProblem },
    email: {
      address: to.email,
      paused: isPaused(to) && bouncedAt ? { since: bouncedAt.toISOString(), problem: bounceProblem ?? '' } : null,
    },
    nextDigestAt: to.digestAt?.toISOString() ?? null,
    available: CATEGORY_IDS.map((id) => ({
      ...{ id, label: CATEGORIES[id].label, description: CATEGORIES[id].description },
      ...{ topics: [...CATEGORIES[id].topics], isRequired: isRequired(id), byDefault: defaultsOf(id, to.roles) },
    })),
  };
}

/** An address is a secret: who has it writes to the channel. */
const hintOf = (url: string): string => `${new URL(url).origin}/…${url.slice(-HINT)}`;

/** `o…@example.org` */
const masked = (email: string): string => email.replace(/^(.)[^@]*/, '$1…');

const invalid = (pointer: string, found: string, expected: string) =>
  new InvalidRequest([{ pointer, code: 'not_acceptable', detail: `Expected ${expected}.`, found, expected }]);
