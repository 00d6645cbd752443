/** How do events go over HTTP? As server-sent events; whoever does not keep up is cut off, and comes back for the rest. */
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** How long a browser waits before it comes back. */
const RETRY_MS = 3_000;
/** What may wait for one listener, besides what the system keeps for its connection. */
const MOST_WAITING = 256 * 1_024;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

export interface Told {
  /** Absent: it does not move the listener's position. */
  readonly id?: number | null;
  readonly event: string;
  readonly data: unknown;
}

/** JSON has no line ends of its own. */
export const written = ({ id, event, data }: Told): string =>
  `${id == null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

export class EventStream {
  private readonly raw: ServerResponse;

  /** From here on the answer is ours, and neither Nest's nor Fastify's. */
  constructor(reply: FastifyReply) {
    this.raw = reply.raw;
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value) this.raw.setHeader(name, value);
    reply.hijack();
    this.raw.on('error', () => {}); // it closes, too
    this.raw.writeHead(200, HEADERS);
    this.raw.write(`retry: ${RETRY_MS}\n\n`);
  }

  get isOpen(): boolean {
    return !this.raw.destroyed && !this.raw.writableEnded;
  }

  /** Whether all that was written has left. */
  get isEven(): boolean {
    return this.raw.writableLength === 0;
  }

  onClose(closed: () => void): void {
    this.raw.once('close', closed);
  }

  write(text: string): void {
    if (!this.isOpen) return;
    this.raw.write(text);
    if (this.raw.writableLength > MOST_WAITING) this.cut();
  }

  /** A comment keeps the connection alive, and the id says how far the listener has come though nothing was for it. */
  beat(id: number): void {
    this.write(`:\nid: ${id}\n\n`);
  }

  end(): void {
    if (this.isOpen) this.raw.end();
  }

  cut(): void {
    this.raw.destroy();
  }
}
