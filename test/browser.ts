/** How does somebody's browser go about? It keeps cookies, shows them to whom they are from, and follows where it is sent. */

export interface Visited {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body
  readonly body: any;
  /** Where it ended. */
  readonly url: URL;
}

interface Asking {
  readonly method?: string;
  readonly body?: object | URLSearchParams;
  readonly headers?: Record<string, string>;
}

export class Browser {
  private readonly jars = new Map<string, Map<string, string>>();

  /** @param home where links of the service begin */
  constructor(private readonly home: string) {}

  /** One request; where it is redirected is told, and not followed. */
  async ask(address: string | URL, { method = 'GET', body, headers = {} }: Asking = {}): Promise<Visited> {
    const url = new URL(address, this.home);
    const isForm = body instanceof URLSearchParams;
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...this.jarOf(url)].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(method !== 'GET' && { origin: url.origin, 'sec-fetch-site': 'same-origin' }),
        ...(body && { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' }),
        ...headers,
      },
      ...(body && { body: isForm ? body.toString() : JSON.stringify(body) }),
    });
    for (const cookie of answer.headers.getSetCookie()) this.keep(url, cookie);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: jsonIn(text), url };
  }

  /** On and on, until it is sent nowhere, or to where `until` says. */
  async follow(address: string | URL, until: (url: URL) => boolean = () => false): Promise<Visited> {
    let visited = await this.ask(address);
    for (let hops = 0; hops < 12; hops++) {
      const location = visited.headers.get('location');
      if (location === null) return visited;
      const next = new URL(location, visited.url);
      if (until(next)) return { ...visited, url: next };
      visited = await this.ask(next);
    }
    throw new Error(`${address} leads on and on.`);
  }

  cookie(name: string): string | undefined {
    return this.jarOf(new URL(this.home)).get(name);
  }

  private jarOf({ origin }: URL): Map<string, string> {
    const jar = this.jars.get(origin) ?? new Map<string, string>();
    this.jars.set(origin, jar);
    return jar;
  }

  private keep(url: URL, cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(cookie)) this.jarOf(url).delete(name);
    else this.jarOf(url).set(name, value);
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
