/** Which number does this text say? Strictly: a decimal point, no comma, no blanks, and neither NaN nor infinity. */

const DECIMAL = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d{1,3})?$/i;

/** Three digits of exponent are read too, as Windows programs write them: `9.37679e-005`; null for anything else. */
export function decimalOf(text: string | undefined): number | null {
  if (text === undefined || !DECIMAL.test(text)) return null;
  const value = Number(text);
  // Facts go through JSON, which has no zero below zero.
  return Number.isFinite(value) ? value || 0 : null;
}

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
