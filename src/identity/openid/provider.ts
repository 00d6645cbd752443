/** By whom do people sign in, besides their password with us? What `OPENID_PROVIDERS` says of each: a list, as JSON. */
import { z } from 'zod';
import { ROLES } from '../user.js';

/** What is known of some providers, where an entry names one by its id and says no more than its client. */
const PRESETS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  orcid: { label: 'ORCID', issuer: 'https://orcid.org', scopes: ['openid'], subjectIsOrcid: true },
};

const Entry = z.strictObject({
  /** In addresses: `/sign-in/{id}`. It is not changed once people have signed in by it. */
  id: z.string().regex(/^(?!providers$)[a-z][a-z0-9-]{0,30}$/, 'expected lower-case letters, digits and hyphens'),
  /** What people read on the button. */
  label: z.string().trim().min(1).max(100),
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)).default(['openid', 'profile', 'email']),
  /** Its word on an address, where it says that it has verified it, is enough to know an account by. */
  trustEmail: z.boolean().default(false),
  /** Its subjects are ORCID iDs. */
  subjectIsOrcid: z.boolean().default(false),
  /** The claim with the groups of somebody, also within another: `realm_access.roles`. */
  rolesClaim: z.string().min(1).optional(),
  /** What a value of it makes of them here. */
  rolesMap: z.record(z.string(), z.enum(ROLES)).default({}),
});
export type Provider = Readonly<z.output<typeof Entry>>;

const withPreset = (entry: unknown): unknown => {
  const id = typeof entry === 'object' && entry !== null && 'id' in entry ? String(entry.id) : '';
  return Object.hasOwn(PRESETS, id) ? { ...PRESETS[id], ...Object(entry) } : entry;
};

const parsed = (text: string, context: z.RefinementCtx): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('expected a list of providers as JSON, as in docs/sign-in.md');
    return z.NEVER;
  }
};

export const OpenidProviders = z
  .string()
  .default('[]')
  .transform(parsed)
  .pipe(z.array(z.preprocess(withPreset, Entry)))
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'expected each id once')
  .refine((all) => new Set(all.map(({ issuer }) => issuer)).size === all.length, 'expected each issuer once');
