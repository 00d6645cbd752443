/** What does a SerialEM metadata file say? `Key = value` lines: globals, then in sections `[ZValue = n]`, one a tilt. */
import type { TextLine } from './small-text.js';

export interface MdocSection {
  /** `ZValue`, `FrameSet`, `MontSection`, `Image`. */
  readonly kind: string;
  readonly name: string;
  /** Line of its head, from 1. */
  readonly line: number;
  readonly values: ReadonlyMap<string, string>;
}

export interface Mdoc {
  readonly globals: ReadonlyMap<string, string>;
  /** Of the globals, from 1. */
  readonly globalLines: ReadonlyMap<string, number>;
  readonly titles: readonly string[];
  readonly sections: readonly MdocSection[];
  /** Lines that are neither `key = value` nor a head. */
  readonly strange: readonly TextLine[];
  /** Titles with one of their two brackets. */
  readonly halfTitles: readonly TextLine[];
  /** Lines that tell a key of their section a second time, and otherwise. */
  readonly repeated: readonly TextLine[];
}

export function readMdoc(lines: readonly TextLine[]): Mdoc {
  const [globals, globalLines] = [new Map<string, string>(), new Map<string, number>()];
  const titles: string[] = [];
  const sections: (MdocSection & { values: Map<string, string> })[] = [];
  const [strange, halfTitles, repeated]: [TextLine[], TextLine[], TextLine[]] = [[], [], []];

  for (const line of lines) {
    const { number, text } = line;
    const [isHead, key, value] = parted(text);
    if (key === null) strange.push(line);
    else if (key === 'T') {
      // Tomography 5 leaves the bracket before a title out, and SerialEM both of them in files of frames.
      if (text.startsWith('[') !== text.endsWith(']')) halfTitles.push(line);
      titles.push(value.replace(/\]$/, '').trim());
    } else if (isHead) sections.push({ kind: key, name: value, line: number, values: new Map() });
    else {
      const values = sections.at(-1)?.values ?? globals;
      if (values === globals) globalLines.set(key, number);
      if ((values.get(key) ?? value) !== value) repeated.push(line);
      values.set(key, value);
    }
  }
  return { globals, globalLines, titles, sections, strange, halfTitles, repeated };
}

/** At the first "=": paths and titles may hold others. */
function parted(line: string): [isHead: boolean, key: string | null, value: string] {
  const isHead = line.startsWith('[') && line.endsWith(']');
  const bare = isHead ? line.slice(1, -1) : line.replace(/^\[(?=\s*T\s*=)/, '');
  const at = bare.indexOf('=');
  const isNothing = at < 1 || (!isHead && bare.startsWith('['));
  return isNothing ? [isHead, null, ''] : [isHead, bare.slice(0, at).trim(), bare.slice(at + 1).trim()];
}

/** In degrees, as titles tell it: "Tilt axis angle = 84.7", "TiltAxisAngle = -175.84". */
export function tiltAxisOf(titles: readonly string[]): number | null {
  const [, angle] = /tilt\s*axis\s*angle\s*=\s*([-+]?\d*\.?\d+)/i.exec(titles.join('\n')) ?? [];
  return angle === undefined || !Number.isFinite(Number(angle)) ? null : Number(angle) || 0;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Milliseconds of `06-Jun-23  23:19:47`, or with four digits of the year; null for anything else. */
export function timeOf(value: string | undefined): number | null {
  const [, day, month = '', year, hour, minute, second] =
    /^(\d{1,2})-([a-z]{3})-(\d{2}|\d{4})\s+(\d{1,2}):(\d{2}):(\d{2})$/i.exec(value ?? '') ?? [];
  const index = MONTHS.indexOf(month.toLowerCase());
  const full = Number(year) < 100 ? 2000 + Number(year) : Number(year);
  const time = new Date(Date.UTC(full, index, Number(day), Number(hour), Number(minute), Number(second)));
  // Dates that there are not become others: 31 June is 1 July.
  const isThere = time.getUTCMonth() === index && time.getUTCHours() === Number(hour);
  return isThere && Number(minute) < 60 && Number(second) < 60 ? time.getTime() : null;
}
