/** What does another server say of the file that we want? Whether to go on, to try again, or to give up, and in which words. */
import { OutboundRefused } from '../outbound.js';

/** How far we are, and of which version of the file. */
export interface Asked {
  readonly offset: number;
  readonly version: string | null;
  readonly path: string;
}

export type Reply =
  /** Its bytes come, beginning at `from`. */
  | {
      readonly kind: 'bytes';
      readonly from: number;
      readonly size: number | null;
      readonly version: string | null;
      readonly name: string | null;
    }
  /** All there is we have. */
  | { readonly kind: 'complete' }
  /** It will not come, however often we ask. */
  | { readonly kind: 'refused'; readonly why: string }
  /** It may come if we ask again. */
  | { readonly kind: 'trouble'; readonly why: string };

/** No byte comes, or no more. */
export type Ended = Exclude<Reply, { kind: 'bytes' }>;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const IS_HTML =
  'The address answers with a web page and not with a file: the link is dead, or asks for a sign-in. ' +
  'Take a link that downloads the file without signing in.';

const SIGN_IN = (status: number) =>
  `The other server does not give the file out (status ${status}): the link needs a sign-in, or is no longer valid.`;
const NO_FILE = (status: number) => `The other server has no such file (status ${status}). Check the link.`;
const BUSY = (status: number) => `The other server could not answer (status ${status}).`;

/** What a status that brings no bytes means. */
const BY_STATUS: Readonly<Record<number, readonly [kind: 'refused' | 'trouble', why: (status: number) => string]>> = {
  401: ['refused', SIGN_IN],
  403: ['refused', SIGN_IN],
  404: ['refused', NO_FILE],
  407: ['refused', SIGN_IN],
  408: ['trouble', BUSY],
  410: ['refused', NO_FILE],
  425: ['trouble', BUSY],
  429: ['trouble', BUSY],
};

/** What goes wrong before there is a status. What is not here may pass. */
const BY_ERROR: readonly (readonly [code: RegExp, why: (code: string) => string])[] = [
  [/^ENOTFOUND$/, () => 'There is no such host. Check the link.'],
  [
    /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH)/,
    (code) => `The other server does not prove by its certificate that it is the one (${code}). Ask those who run it.`,
  ],
];

/** What to send, to be given what is missing, and the bytes as they are. */
export function headersFor({ offset, version }: Asked): Record<string, string> {
  const identity = { 'accept-encoding': 'identity', 'user-agent': 'Accession (file import)' };
  return offset > 0 && version ? { ...identity, range: `bytes=${offset}-`, 'if-range': version } : identity;
}

export function replyOf(status: number, headers: Headers, asked: Asked): Reply {
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(text(headers['content-range']) ?? '');
  if (status === 416 && asked.offset > 0 && Number(range?.[2]) === asked.offset) return { kind: 'complete' };
  if (status !== 200 && status !== 206) return refusalOf(status);
  if (isHtml(headers) && !/\.html?$/i.test(asked.path)) return { kind: 'refused', why: IS_HTML };
  const encoding = text(headers['content-encoding'])?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && !/\.(t?gz|bgz|br|zst)$/i.test(asked.path)) {
    const why = `The other server sends the file only in another form (${encoding}). Download it, and upload it here.`;
    return { kind: 'refused', why };
  }

  const described = { version: versionOf(headers), name: dispositionName(text(headers['content-disposition'])) };
  if (status === 200) return { kind: 'bytes', from: 0, size: count(text(headers['content-length'])), ...described };
  if (!range?.[1] || Number(range[1]) !== asked.offset) {
    return { kind: 'refused', why: 'The other server sends another part of the file than was asked for.' };
  }
  return { kind: 'bytes', from: asked.offset, size: count(range[2]), ...described };
}

/** Why no answer came, or no more of it. */
export function troubleOf(error: unknown): Ended {
  if (error instanceof OutboundRefused) return { kind: 'refused', why: error.message };
  const { code = '', cause } = error as { readonly code?: string; readonly cause?: unknown };
  if (code === '' && cause !== undefined) return troubleOf(cause);
  const known = BY_ERROR.find(([pattern]) => pattern.test(code));
  if (known) return { kind: 'refused', why: known[1](code) };
  return { kind: 'trouble', why: `The connection to the other server failed${code && ` (${code})`}.` };
}

/** The same refusal for a page that calls itself something else. */
export const refusedAsHtml = (firstBytes: Buffer, path: string): string | null =>
  /^(?:\ufeff|\u00ef\u00bb\u00bf)?\s*<(?:!doctype html|html|head|body)\b/i.test(
    firstBytes.toString('latin1', 0, 512),
  ) && !/\.html?$/i.test(path)
    ? IS_HTML
    : null;

/** A shared link of Dropbox leads to a page about the file, unless it is told to lead to the file. */
export function downloadLink(address: string): URL {
  const url = new URL(address);
  if (/(^|\.)dropbox\.com$/i.test(url.hostname)) {
    url.searchParams.delete('raw');
    url.searchParams.set('dl', '1');
  }
  return url;
}

/** `filename*` first: RFC 6266. */
export function dispositionName(disposition: string | null): string | null {
  if (disposition === null) return null;
  const [, encoded] = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition) ?? [];
  const [, quoted, bare] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition) ?? [];
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      // not what it says it is: the plain name then
    }
  }
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? null;
}

function refusalOf(status: number): Ended {
  const [kind, why] = BY_STATUS[status] ?? (status >= 500 ? ['trouble', BUSY] : ['refused', BUSY]);
  return { kind, why: why(status) };
}

/** What `If-Range` takes: a strong tag, or a date. */
function versionOf(headers: Headers): string | null {
  const etag = text(headers.etag);
  return etag !== null && /^"/.test(etag) ? etag : text(headers['last-modified']);
}

const isHtml = (headers: Headers) =>
  /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(text(headers['content-type']) ?? '');
const text = (value: string | string[] | undefined): string | null => [value].flat()[0] ?? null;
const count = (digits: string | null | undefined): number | null =>
  /^\d+$/.test(digits ?? '') ? Number(digits) : null;
