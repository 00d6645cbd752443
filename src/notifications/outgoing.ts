/** What leaves by a channel, and to whom? One notice, or those of a mail of the day, as far as their reader wants them still. */

import { categoryOf } from './categories.js';
import { digestOf } from './digest.js';
import { type Letter, link } from './letter.js';
import { type Channel, isRequired, type Recipient, whyNot } from './preference.js';
import { nameOf } from './telling.js';
import { unsubscribeToken } from './unsubscribe-token.js';

/** A notice on its way, as the database has it. */
export interface Part extends Recipient, Letter {
  readonly id: string;
  readonly channel: Channel;
  /** The delivery that carries it with others; null: it goes by itself. */
  readonly digestId: string | null;
  readonly topic: string;
  readonly link: string;
  readonly submissionId: string | null;
  readonly submissionTitle: string | null;
  readonly accession: string | null;
  readonly version: number | null;
}

/** Ours to send, until its lease is over. */
export interface Outgoing extends Letter {
  readonly channel: Channel;
  readonly to: Recipient;
  /** Where its reader ends such mails without signing in. */
  readonly unsubscribe: string;
  /** The deliveries that have left when it has. */
  readonly carries: readonly string[];
}

/** @param parts the oldest first, all to one person; @param base where people reach the service */
export function outgoingOf(parts: readonly Part[], base: string): Outgoing | { readonly whyNot: string } {
  const wanted = parts.filter((part) => whyNot(part.channel, part.topic, part) === null);
  const [first] = wanted;
  if (!first) {
    const [part] = parts;
    return { whyNot: (part && whyNot(part.channel, part.topic, part)) ?? 'There is nothing to be said.' };
  }
  const { channel, digestId, topic } = first;
  const category = categoryOf(topic);
  const ending = digestId !== null || isRequired(category) ? 'all' : category;
  const token = unsubscribeToken({ personId: first.personId, ending }, first.unsubscribeKey);
  return {
    ...(digestId === null ? whole(first) : digestOf(wanted.map((part) => ({ ...part, about: aboutOf(part) })))),
    ...{ channel, to: first, carries: wanted.map(({ id }) => id) },
    unsubscribe: `${base}/api/v1/unsubscribe/${token}`,
  };
}

const whole = ({ title, blocks, link: address }: Part): Letter => ({
  title,
  blocks: [...blocks, link('Open it', address)],
});

const aboutOf = ({ submissionTitle: title, accession, version }: Part): string | null =>
  title !== null && accession !== null && version !== null ? nameOf({ title, accession, version }) : null;
