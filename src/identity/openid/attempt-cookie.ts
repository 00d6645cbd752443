/** By what is a browser known that is away at a provider? A cookie that no script reads, and that comes along when it returns. */
import { ATTEMPT_MS } from './sign-in-attempts.service.js';

const NAME = 'accession_sign_in';
const VALUE = new RegExp(`(?:^|;)\\s*${NAME}=([\\w-]{43})(?:;|\\s*$)`);

/** Null: it was not away, or for too long. */
export const browserIn = (cookies: string | undefined): string | null => VALUE.exec(cookies ?? '')?.[1] ?? null;

export function attemptCookie(browser: string, publicUrl: string): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  return `${NAME}=${browser}; Path=/api/v1; Max-Age=${ATTEMPT_MS / 1_000}; HttpOnly; SameSite=Lax${secure}`;
}
