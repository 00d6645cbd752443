/** What does a provider say of somebody, in our words? */
import { cut, oneLine } from '../../notifications/letter.js';
import { checkDigitOf, orcidIn } from '../orcid.js';
import type { Role } from '../user.js';
import type { Provider } from './provider.js';

/** Of an ID token and of userinfo together, as they came. */
export type Claims = Readonly<Record<string, unknown>>;

export interface Told {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly email: string | null;
  /** The provider has verified it, and is one whose word counts. */
  readonly isEmailProved: boolean;
  readonly orcid: string | null;
  /** Null: roles are none of this provider's business. */
  readonly roles: readonly Role[] | null;
  /** What it calls its own session. */
  readonly session: string | null;
}

const EMAIL = /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u;

export function toldBy(provider: Provider, subject: string, claims: Claims): Told {
  const { email } = claims;
  const known = typeof email === 'string' && email.length <= 254 && EMAIL.test(email) ? email : null;
  const orcid = provider.subjectIsOrcid ? soundOrcid(subject) : null;
  return {
    ...{ issuer: provider.issuer, subject, email: known, orcid },
    isEmailProved: known !== null && provider.trustEmail && claims.email_verified === true,
    name: nameOf(claims) ?? known?.replace(/@.*/, '') ?? orcid ?? `Somebody from ${provider.label}`,
    roles: provider.rolesClaim === undefined ? null : rolesIn(claims, provider.rolesClaim, provider.rolesMap),
    session: typeof claims.sid === 'string' ? claims.sid : null,
  };
}

function nameOf(claims: Claims): string | null {
  const parts = [claims.given_name, claims.family_name].map(textOf).filter((part) => part !== null);
  return textOf(claims.name) ?? (parts.length > 0 ? parts.join(' ') : textOf(claims.preferred_username));
}

function soundOrcid(subject: string): string | null {
  const bare = orcidIn(subject);
  return bare?.endsWith(checkDigitOf(bare)) ? bare : null;
}

/** One value, a list of them, or a text with several between spaces. */
function rolesIn(claims: Claims, name: string, map: Provider['rolesMap']): Role[] {
  const value = at(claims, name);
  const held = typeof value === 'string' ? [value, ...value.split(/\s+/)] : Array.isArray(value) ? value : [];
  const roles = held.flatMap((each) => {
    const role = typeof each === 'string' && Object.hasOwn(map, each) ? map[each] : undefined;
    return role ? [role] : [];
  });
  return [...new Set(roles)];
}

/** By its whole name, which may be an address with dots, or else step by step. */
function at(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let found: unknown = claims;
  for (const step of name.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Claims)[step];
  }
  return found;
}

/** On one line, and no longer than a name may be; null: nothing that can be read. */
function textOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return cut(oneLine(value.replace(/\p{Surrogate}/gu, '')), 200) || null;
}
