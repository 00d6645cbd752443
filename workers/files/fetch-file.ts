/** What comes of asking another server for a file once? Its bytes in the spool, as far as they came, and how it ended. */
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import { FileTooLarge } from '../../src/files/files.errors.js';
import { nameFrom } from '../../src/files/names.js';
import { Spool } from '../../src/files/spool.js';
import type { Upload } from '../../src/files/upload.entity.js';
import { UploadsService } from '../../src/files/uploads.service.js';
import { type Answer, Outbound } from '../outbound.js';
import {
  type Asked,
  downloadLink,
  type Ended,
  headersFor,
  type Reply,
  refusedAsHtml,
  replyOf,
  troubleOf,
} from './remote-file.js';

/** Four times a second the row is told how far it is. */
const TELL_EVERY_MS = 250;

type Bytes = Extract<Reply, { kind: 'bytes' }>;

export interface Fetched {
  readonly ended: Ended;
  /** How many bytes are in the spool. */
  readonly at: number;
}

const CUT: Ended = { kind: 'trouble', why: 'The answer was cut short.' };

@Injectable()
export class FileFetch {
  private readonly limit: number;

  constructor(
    private readonly uploads: UploadsService,
    private readonly spool: Spool,
    private readonly outbound: Outbound,
    @Inject(CONFIG) config: Config,
  ) {
    this.limit = config.MAX_FILE_BYTES;
  }

  /** Goes on where the spool ends, if the server has told a version to go on with. */
  async fetch(upload: Upload, url: string, signal: AbortSignal): Promise<Fetched> {
    const here = await this.spool.offset(upload.id);
    const offset = upload.etag === null ? 0 : (here ?? 0);
    const asked: Asked = { offset, version: upload.etag, path: upload.path };

    const answer = await this.ask(url, asked, signal);
    if ('kind' in answer) return { ended: answer, at: offset };
    const reply = replyOf(answer.statusCode, answer.headers, asked);
    if (reply.kind === 'bytes' && !this.isTooLong(reply.size)) return this.take(upload, reply, answer.body, here);
    answer.body.on('error', () => {}).destroy();
    return { ended: reply.kind === 'bytes' ? this.tooLong() : reply, at: offset };
  }

  private async ask(url: string, asked: Asked, signal: AbortSignal): Promise<Answer | Ended> {
    try {
      return (await this.outbound.follow(downloadLink(url), { headers: headersFor(asked), signal })).answer;
    } catch (error) {
      signal.throwIfAborted();
      return troubleOf(error);
    }
  }

  private async take(upload: Upload, reply: Bytes, body: Readable, here: number | null): Promise<Fetched> {
    if (reply.from === 0) {
      if (here !== null) await this.spool.discard(upload.id);
      await this.spool.begin(upload.id, reply.size);
      await this.uploads.describe(upload, reply.version, reply.name && nameFrom(reply.name));
    }
    if (reply.size === 0) {
      body.on('error', () => {}).destroy(); // `begin` has made all there is of it
      return { ended: { kind: 'complete' }, at: 0 };
    }
    let cut: Ended | null = null;
    const checked = this.checked(body, reply.from, upload.path, (why) => {
      cut = why;
    });
    const kept = Readable.from(checked, { objectMode: false });
    const at = await this.spool.append(upload.id, kept, reply.from, this.teller(upload.id, reply.size, body));

    const size = reply.size ?? (cut ? null : at);
    if (reply.size === null && size !== null) await this.spool.end(upload.id, size);
    await this.uploads.progress(upload.id, at, size);
    return { ended: cut ?? (at === size ? { kind: 'complete' } : CUT), at };
  }

  /** The body, until it breaks, turns out to be a page, or is too long: then it ends, `cut` hears why, and what came is kept. */
  private async *checked(body: Readable, from: number, path: string, cut: (why: Ended) => void): AsyncIterable<Buffer> {
    let at = from;
    try {
      for await (const chunk of body) {
        const html = at === 0 ? refusedAsHtml(chunk, path) : null;
        if (html) return cut({ kind: 'refused', why: html });
        at += chunk.length;
        if (this.isTooLong(at)) return cut(this.tooLong());
        yield chunk;
      }
    } catch (error) {
      cut(troubleOf(error));
    }
  }

  /** Tells the row now and then; an import that was given up takes no more bytes. */
  private teller(id: string, size: number | null, body: Readable): (at: number) => void {
    let told = 0;
    return (at) => {
      if (Date.now() - told < TELL_EVERY_MS) return;
      told = Date.now();
      void this.uploads
        .progress(id, at, size)
        .catch(() => true) // a database that is away says nothing
        .then((isWanted) => {
          if (!isWanted) body.destroy(new Error('The import was given up.'));
        });
    };
  }

  private isTooLong(size: number | null): boolean {
    return size !== null && size > this.limit;
  }

  private tooLong(): Ended {
    return { kind: 'refused', why: new FileTooLarge(this.limit).message };
  }
}
