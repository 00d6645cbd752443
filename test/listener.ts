/** How does a test listen to live events? Over a connection of its own, which it can cut; it keeps all it heard, in order. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { expect, vi } from 'vitest';
import type { Caller } from './world.js';

export interface Heard {
  readonly id: number | null;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of data
  readonly data: any;
}

export interface Listener {
  readonly heard: readonly Heard[];
  /** All but what belongs to the stream itself. */
  events(): Heard[];
  /** The last that was heard, for whoever comes back. */
  last(): number;
  until(event: string, matching?: object): Promise<Heard>;
  cut(): void;
  /** When the other side has ended it. */
  readonly ended: Promise<void>;
}

const OF_THE_STREAM = new Set(['ready', 'resync']);

/** Resolves once it is ready. @param after what the client heard last: a browser says it as `Last-Event-ID` */
export async function listen(
  { url }: { readonly url: string },
  { token }: Pick<Caller, 'token'>,
  topics: string,
  {
    after,
    by = 'header',
    headers = {},
  }: { after?: number; by?: 'header' | 'address'; headers?: Record<string, string> } = {},
): Promise<Listener> {
  const last = after === undefined ? null : String(after);
  const query = `topics=${encodeURIComponent(topics)}${last && by === 'address' ? `&after=${last}` : ''}`;
  const asked = request(`${url}/api/v1/events?${query}`, {
    agent: false,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(last && by === 'header' && { 'last-event-id': last }),
      ...headers,
    },
  });
  asked.end();
  const [answer]: [IncomingMessage] = (await once(asked, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  const listener = listening(asked, answer);
  await listener.until('ready');
  return listener;
}

function listening(asked: ClientRequest, answer: IncomingMessage): Listener {
  const heard: Heard[] = [];
  let text = '';
  answer.setEncoding('utf8');
  answer.on('data', (part: string) => {
    text += part;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) heard.push(...parsed(block));
  });
  answer.on('error', () => {});
  asked.on('error', () => {});
  const ended = new Promise<void>((settle) => void answer.once('close', () => settle()));
  return {
    ...{ heard, ended },
    events: () => heard.filter(({ event }) => !OF_THE_STREAM.has(event)),
    last: () => heard.findLast(({ id }) => id !== null)?.id ?? 0,
    until: (event, matching = {}) =>
      vi.waitFor(
        () => {
          const found = heard.find((each) => each.event === event && includes(each.data, matching));
          expect(found, `"${event}" among ${heard.map((each) => each.event)}`).toBeDefined();
          return found as Heard;
        },
        { timeout: 5_000, interval: 5 },
      ),
    cut: () => asked.destroy(),
  };
}

function parsed(block: string): Heard[] {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const event = fields.get('event');
  if (!event) return [];
  const id = fields.get('id');
  return [{ id: id === undefined ? null : Number(id), event, data: JSON.parse(fields.get('data') ?? 'null') }];
}

const includes = (data: Record<string, unknown>, matching: object): boolean =>
  Object.entries(matching).every(([key, value]) => data?.[key] === value);
