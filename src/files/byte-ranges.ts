/** Which bytes does a request want, if any? RFC 9110, sections 13 and 14: preconditions first, then the range. */
import type { ByteRange } from './object-store.js';

export type Wanted = 'unchanged' | 'all' | 'none' | ByteRange;

export interface Asked {
  readonly range?: string;
  readonly ifRange?: string;
  readonly ifNoneMatch?: string;
}

/** `none`: the range lies beyond the end. What cannot be read as one range, or is several, is answered with all. */
export function wanted({ range, ifRange, ifNoneMatch }: Asked, { etag, size }: { etag: string; size: number }): Wanted {
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, etag)) return 'unchanged';
  if (range === undefined || (ifRange !== undefined && ifRange.trim() !== etag)) return 'all';

  const [, first = '', last = ''] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(range) ?? [];
  if (first === '' && last === '') return 'all';
  if (first === '') return lastBytes(Number(last), size);
  const [start, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
  if (last !== '' && Number(last) < start) return 'all';
  return start < size ? { start, end } : 'none';
}

const lastBytes = (count: number, size: number): Wanted =>
  count > 0 && size > 0 ? { start: Math.max(0, size - count), end: size - 1 } : 'none';

/** Weakly: a range is asked for by `If-Range`, which compares strongly. */
const matches = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
