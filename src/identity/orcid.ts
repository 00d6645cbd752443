/** Is this an ORCID iD? Sixteen digits, the last of which is a check digit by ISO 7064 MOD 11-2. */

const FORM = /^(?:https?:\/\/orcid\.org\/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])$/;

/** The bare identifier; null: it is not written like one. */
export const orcidIn = (text: string): string | null => FORM.exec(text.trim())?.[1] ?? null;

export function checkDigitOf(orcid: string): string {
  const digits = orcid.replaceAll('-', '').slice(0, 15);
  const total = [...digits].reduce((sum, digit) => (sum + Number(digit)) * 2, 0);
  const value = (12 - (total % 11)) % 11;
  return value === 10 ? 'X' : String(value);
}
