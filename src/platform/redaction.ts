/** What must no log line hold? Passwords, tokens, cookies: by the name of their field, and by their look. */

const SECRET = '[redacted]';
const SECRET_NAME =
  /pass(?:word|wd|phrase)?$|secret|token|authorization|cookie|credential|signature|api[-_]?key|idempotency-key/i;
/** Our tokens, an address that we have signed, what follows `Bearer` or `Basic`, the password of an address, and what a query says of a secret. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  [/\bacc_[a-z]+_[\w-]+/g, SECRET],
  [/(\/cap\/)[^/?\s"']+/g, `$1${SECRET}`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${SECRET}`],
  [/(\/\/[^/\s:@]*):[^/\s@]+@/g, `$1:${SECRET}@`],
  [
    /([?&][^=&\s]*(?:pass(?:word)?|secret|token|signature|credential|key|code|sig)[^=&\s]*)=[^&\s"']*/gi,
    `$1=${SECRET}`,
  ],
];
const DEPTH = 6;

/** What has none of these has no secret: most texts, and logging is often. */
const SUSPECT = /acc_|\/cap\/|bearer|basic|\/\/|[?&]/i;

export const redactText = (text: string): string =>
  SUSPECT.test(text) ? LOOKS.reduce((shown, [look, instead]) => shown.replace(look, instead), text) : text;

export function redact(value: unknown, depth = DEPTH): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value;
  if (value instanceof Error) return errorFields(value, depth);
  if (depth === 0 || ArrayBuffer.isView(value)) return '…';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, SECRET_NAME.test(name) ? SECRET : redact(member, depth - 1)]),
  );
}

/** Not its other fields: a failed query carries its parameters, and those are people's data. */
export function errorFields(error: Error, depth = DEPTH): Record<string, unknown> {
  const { name, message, stack, code, cause } = error as Error & { code?: unknown };
  return {
    error: name,
    msg: redactText(message),
    ...(typeof code === 'string' && { code }),
    ...(stack && { stack: redactText(stack) }),
    ...(cause !== undefined && depth > 0 && { cause: redact(cause, depth - 1) }),
  };
}
