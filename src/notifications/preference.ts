/** How does somebody hear of a topic? Purely: by what they chose, what becomes of a notice by each channel. */
import type { Role } from '../identity/user.js';
import { CATEGORIES, type Category, type CategoryId, categoryOf, defaultsOf, type Ways } from './categories.js';
import { type Hours, nextAt, quietUntil } from './local-time.js';

/** Only what is otherwise than by default. */
export type Choices = { readonly [Id in CategoryId]?: Partial<Ways> };

/** Somebody who is to be told, with the row of their preferences. */
export interface Recipient {
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly disabledAt: Date | null;
  readonly choices: Choices;
  readonly asViewer: boolean;
  readonly timeZone: string;
  readonly digestHour: number;
  readonly quietFrom: string | null;
  readonly quietTo: string | null;
  readonly slackUrl: string | null;
  readonly slackProblem: string | null;
  readonly bouncedAddress: string | null;
  readonly bouncedAt: Date | null;
  readonly bounceProblem: string | null;
  readonly digestAt: Date | null;
  readonly unsubscribeKey: string;
}

/** The columns of a recipient: `p` is the person, `q` their preferences. */
export const RECIPIENT = `
  p.id AS "personId", p.name, p.email, p.roles, p."disabledAt", q.choices, q."asViewer", q."timeZone", q."digestHour",
  q."quietFrom", q."quietTo", q."slackUrl", q."slackProblem", q."bouncedAddress", q."bouncedAt", q."bounceProblem",
  q."digestAt", q."unsubscribeKey"`;

export type Channel = 'email' | 'slack';

/** `held`: for the mail of the day. */
export interface WayOut {
  readonly channel: Channel;
  readonly state: 'pending' | 'held';
  readonly dueAt: Date;
}

export function waysOf(category: CategoryId, { roles, choices }: Pick<Recipient, 'roles' | 'choices'>): Ways {
  const chosen = { ...defaultsOf(category, roles), ...choices[category] };
  return isRequired(category) ? { ...chosen, email: 'now' } : chosen;
}

export const isRequired = (category: CategoryId): boolean => (CATEGORIES[category] as Category).isRequired === true;

/** Where a notice goes besides the list, and when. What must be learnt waits for no morning. */
export function waysOut(topic: string, to: Recipient, now: Date): WayOut[] {
  const category = categoryOf(topic);
  const dueAt = isRequired(category) ? now : awakeAt(now, to);
  const ways: WayOut[] = [];
  if (whyNot('email', topic, to) === null) {
    const isDaily = waysOf(category, to).email === 'daily';
    ways.push(
      isDaily ? { channel: 'email', state: 'held', dueAt: now } : { channel: 'email', state: 'pending', dueAt },
    );
  }
  if (whyNot('slack', topic, to) === null) ways.push({ channel: 'slack', state: 'pending', dueAt });
  return ways;
}

/** Why a notice is not sent, by what is so now; null: it is. Asked again just before it leaves. */
export function whyNot(channel: Channel, topic: string, to: Recipient): string | null {
  if (to.disabledAt !== null) return 'The account is closed.';
  const ways = waysOf(categoryOf(topic), to);
  if (channel === 'slack') {
    if (to.slackUrl === null) return 'No Slack channel is set.';
    if (to.slackProblem !== null) return to.slackProblem;
    return ways.slack === 'off' ? 'Its reader wants no such messages in Slack.' : null;
  }
  if (ways.email === 'off') return 'Its reader wants no such mails.';
  return isPaused(to) ? 'Mail rests: the mail server did not know the address.' : null;
}

/** It came back from this very address. */
export const isPaused = ({ email, bouncedAddress }: Pick<Recipient, 'email' | 'bouncedAddress'>): boolean =>
  bouncedAddress !== null && bouncedAddress.toLowerCase() === email.toLowerCase();

export const quietHoursOf = ({ quietFrom, quietTo }: Pick<Recipient, 'quietFrom' | 'quietTo'>): Hours | null =>
  quietFrom !== null && quietTo !== null ? { from: quietFrom, to: quietTo } : null;

/** Not before the end of their quiet hours. */
export function awakeAt(at: Date, to: Pick<Recipient, 'quietFrom' | 'quietTo' | 'timeZone'>): Date {
  const hours = quietHoursOf(to);
  return (hours && quietUntil(at, hours, to.timeZone)) ?? at;
}

export const nextDigestAt = (now: Date, { digestHour, timeZone }: Pick<Recipient, 'digestHour' | 'timeZone'>): Date =>
  nextAt(now, digestHour * 60, timeZone);
