/** How does a browser keep a session, or a visit by a review link? In a cookie that no script reads and no other site sends. */

const NAME = 'accession_session';
const VALUE = new RegExp(`(?:^|;)\\s*${NAME}=(acc_ses_\\w+)`);

/** The session's secret; null: there is none, and what else may lie under its name is nobody's. */
export const sessionIn = (cookies: string | undefined): string | null => VALUE.exec(cookies ?? '')?.[1] ?? null;

/** `Secure` only where people come by https: a browser would not keep it otherwise. */
export function sessionCookie(secret: string, expiresAt: Date, publicUrl: string): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  return `${NAME}=${secret}; Path=/; Expires=${expiresAt.toUTCString()}; HttpOnly; SameSite=Lax${secure}`;
}

const VISIT = 'accession_visit';
const VISIT_VALUE = new RegExp(`(?:^|;)\\s*${VISIT}=(acc_vis_\\w+)`);

/** The visit's secret; null: there is none. */
export const visitIn = (cookies: string | undefined): string | null => VISIT_VALUE.exec(cookies ?? '')?.[1] ?? null;

/** For one submission and nothing else: a browser may have opened several links. */
export function visitCookie(secret: string, submissionId: string, expiresAt: Date, publicUrl: string): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  const path = `/api/v1/submissions/${submissionId}`;
  return `${VISIT}=${secret}; Path=${path}; Expires=${expiresAt.toUTCString()}; HttpOnly; SameSite=Lax${secure}`;
}

export const noSessionCookie = (publicUrl: string): string => sessionCookie('', new Date(0), publicUrl);
