/** Which number does this text say? Strictly: a decimal point, no comma, no blanks, and neither NaN nor infinity. */

const DECIMAL = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d{1,3})?$/i;

/** Three digits of exponent are read too, as Windows programs write them: `9.37679e-005`; null for anything else. */
export function decimalOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const plain = plainDecimalOf(text);
  if (plain !== null) return plain;
  if (!DECIMAL.test(text)) return null;
  const value = Number(text);
  // Facts go through JSON, which has no zero below zero.
  return Number.isFinite(value) ? value || 0 : null;
}

/** As many digits are exact, as is the power of ten by which they are divided: the quotient is the nearest number. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/** Numbers as most are written, five times as fast; null for others, and for what is none. */
function plainDecimalOf(text: string): number | null {
  const sign = text.charCodeAt(0);
  const first = sign === MINUS || sign === PLUS ? 1 : 0;
  let value = 0;
  let point = -1;
  for (let at = first; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === POINT && point === -1) point = at;
    else if (code >= ZERO && code <= ZERO + 9) value = 10 * value + (code - ZERO);
    else return null;
  }
  const digits = text.length - first - (point === -1 ? 0 : 1);
  if (digits === 0 || digits > EXACT_DIGITS) return null;
  const exact = point === -1 ? value : value / (POWERS[text.length - 1 - point] ?? 1);
  return sign === MINUS && exact !== 0 ? -exact : exact;
}
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** A whole number, `4` and `4.0`. */
export function wholeOf(text: string | undefined): number | null {
  const value = decimalOf(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** All of them; null where one is no number. */
export function decimalsOf(texts: readonly string[]): number[] | null {
  const values = texts.map(decimalOf).filter((value) => value !== null);
  return values.length === texts.length ? values : null;
}

const BLANKS = /\s+/;
export const tokensOf = (text: string): string[] => text.trim().split(BLANKS);
