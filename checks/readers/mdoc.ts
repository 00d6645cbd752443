/** What does a SerialEM metadata file say? `Key = value` lines: globals, then in sections `[ZValue = n]`, one a tilt. */

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
  readonly titles: readonly string[];
  readonly sections: readonly MdocSection[];
  /** Lines that are neither, from 1. */
  readonly strange: readonly number[];
}

export function readMdoc(text: string): Mdoc {
  const globals = new Map<string, string>();
  const titles: string[] = [];
  const sections: (MdocSection & { values: Map<string, string> })[] = [];
  const strange: number[] = [];

  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const [isHead, key, value] = parted(line);
    if (key === null) strange.push(i + 1);
    // Tomography 5 leaves the bracket before a title out, and SerialEM both of them in files of frames.
    else if (key === 'T') titles.push(value.replace(/\]$/, '').trim());
    else if (isHead) sections.push({ kind: key, name: value, line: i + 1, values: new Map() });
    else (sections.at(-1)?.values ?? globals).set(key, value);
  }
  return { globals, titles, sections, strange };
}

/** At the first "=": paths and titles may hold others. */
function parted(line: string): [isHead: boolean, key: string | null, value: string] {
  const isHead = line.startsWith('[') && line.endsWith(']');
  const bare = isHead ? line.slice(1, -1) : line.replace(/^\[(?=\s*T\s*=)/, '');
  const at = bare.indexOf('=');
  return at < 1 ? [isHead, null, ''] : [isHead, bare.slice(0, at).trim(), bare.slice(at + 1).trim()];
}

/** A number as SerialEM writes it, with three digits of exponent too; null for anything else, blanks and NaN too. */
export function numberOf(value: string | undefined): number | null {
  const isNumber = value !== undefined && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i.test(value);
  return isNumber && Number.isFinite(Number(value)) ? Number(value) : null;
}

/** In degrees, as titles tell it: "Tilt axis angle = 84.7", "TiltAxisAngle = -175.84". */
export function tiltAxisOf(titles: readonly string[]): number | null {
  const [, angle] = /tilt\s*axis\s*angle\s*=\s*([-+]?\d*\.?\d+)/i.exec(titles.join('\n')) ?? [];
  return angle === undefined ? null : Number(angle);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Milliseconds of `06-Jun-23  23:19:47`, or with four digits of the year; null for anything else. */
export function timeOf(value: string | undefined): number | null {
  const [, day, month = '', year, hour, minute, second] =
    /^(\d{1,2})-([a-z]{3})-(\d{2}|\d{4})\s+(\d{1,2}):(\d{2}):(\d{2})$/i.exec(value ?? '') ?? [];
  const index = MONTHS.indexOf(month.toLowerCase());
  if (index < 0) return null;
  const full = Number(year) < 100 ? 2000 + Number(year) : Number(year);
  return Date.UTC(full, index, Number(day), Number(hour), Number(minute), Number(second));
}
