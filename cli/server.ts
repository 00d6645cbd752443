/** How is the service asked? Over HTTP; what it refuses becomes a sentence and an exit status. */
import { EXIT, type Exit, Stopped } from './exit.js';

/** Statuses that mean more than "refused". */
const EXITS: Readonly<Record<number, Exit>> = {
  401: EXIT.notSignedIn,
  409: EXIT.conflict,
  412: EXIT.conflict,
  429: EXIT.interrupted,
  502: EXIT.interrupted,
  503: EXIT.interrupted,
  504: EXIT.interrupted,
};

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer?: string; readonly parameter?: string; readonly detail: string }[];
}

export interface Answer<Body> {
  readonly body: Body;
  readonly etag: string | null;
}

export class Server {
  constructor(
    readonly url: string,
    private readonly token: string | null,
    private readonly signal: AbortSignal,
  ) {}

  get<Body>(path: string): Promise<Answer<Body>> {
    return this.ask('GET', path);
  }

  post<Body>(path: string, body: object): Promise<Answer<Body>> {
    return this.ask('POST', path, body);
  }

  patch<Body>(path: string, body: object, etag: string): Promise<Answer<Body>> {
    return this.ask('PATCH', path, body, { 'If-Match': etag });
  }

  /** Every item of a list, page by page. */
  async *all<Item>(path: string): AsyncGenerator<Item> {
    let cursor: string | null = null;
    do {
      const separator = path.includes('?') ? '&' : '?';
      const next: string = cursor
        ? `${separator}limit=100&cursor=${encodeURIComponent(cursor)}`
        : `${separator}limit=100`;
      const { body } = await this.get<{ items: Item[]; nextCursor: string | null }>(`${path}${next}`);
      yield* body.items;
      cursor = body.nextCursor;
    } while (cursor !== null);
  }

  /** The bytes behind a path, from `offset` on. */
  async open(path: string, offset: number): Promise<Response> {
    return this.fetch(path, { headers: { ...this.headers(), ...(offset > 0 && { Range: `bytes=${offset}-` }) } });
  }

  headers(): Record<string, string> {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }

  private async ask<Body>(
    method: string,
    path: string,
    body?: object,
    more: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const headers = { ...this.headers(), ...(body && { 'Content-Type': 'application/json' }), ...more };
    const response = await this.fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const parsed = response.status === 204 ? {} : await response.json().catch(() => ({}));
    if (!response.ok) throw refusal(response, parsed as Problem);
    return { body: parsed as Body, etag: response.headers.get('etag') };
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const address = new URL(path.startsWith('/api/') ? path : `/api/v1${path}`, this.url);
    return fetch(address, { ...init, signal: this.signal }).catch((cause: Error) => {
      if (this.signal.aborted) throw cause;
      const why = cause.cause instanceof Error ? cause.cause.message : cause.message;
      throw new Stopped(EXIT.interrupted, `${this.url} cannot be reached: ${why || 'no connection'}. Run it again.`);
    });
  }
}

function refusal({ status, statusText }: Response, { title, detail, errors = [] }: Problem): Stopped {
  const fields = errors.map((error) => `\n  ${error.pointer ?? error.parameter ?? ''}: ${error.detail}`).join('');
  const hint = status === 401 ? ' Try: accession login URL' : '';
  return new Stopped(EXITS[status] ?? EXIT.usage, `${detail ?? title ?? `${status} ${statusText}`}${fields}${hint}`);
}
