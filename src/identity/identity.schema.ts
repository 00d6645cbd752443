/** What does the API take and give about people? */
import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/page.js';
import { checkDigitOf, orcidIn } from './orcid.js';
import { ROLES } from './user.js';

export const instant = z
  .date()
  .transform((at) => at.toISOString())
  .pipe(z.iso.datetime());

/** A line of text as people write it: PostgreSQL keeps no NUL, and a name has no line break. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u, 'expected one line, without control characters');

const orcid = z
  .string()
  .max(60)
  .transform((text, context) => {
    const bare = orcidIn(text);
    if (!bare) context.addIssue('expected an ORCID iD such as 0000-0002-1825-0097');
    else if (!bare.endsWith(checkDigitOf(bare)))
      context.addIssue(`expected the check digit ${checkDigitOf(bare)} at its end`);
    return bare ?? z.NEVER;
  })
  .meta({ description: 'An ORCID iD, bare or as an address.', examples: ['0000-0002-1825-0097'] });

const roles = z
  .array(z.enum(ROLES))
  .min(1, 'expected at least one role: to shut somebody out, send `disabled: true`')
  .refine((given) => new Set(given).size === given.length, 'expected each role once');

export const email = z.email('expected an e-mail address such as name@example.org').max(254);
export const password = z.string().min(8).max(200);

export const SignUp = z
  .strictObject({ name: line(200), email, password })
  .refine(({ email, password }) => email.toLowerCase() !== password.toLowerCase(), {
    path: ['password'],
    message: 'expected something other than the e-mail address',
  })
  .meta({ id: 'SignUp' });
export type SignUp = z.infer<typeof SignUp>;

const Somebody = z.object({
  id: z.uuid(),
  name: z.string(),
  handle: z.string().meta({ description: 'By which others mention them, as `@ada-lovelace`. It follows the name.' }),
  email: z.string(),
  orcid: z.string().nullable(),
  orcidVerified: z.boolean().meta({ description: 'ORCID itself said that it is theirs: they have signed in with it.' }),
  roles: z.array(z.enum(ROLES)),
});

export const MeView = Somebody.extend({
  roles: z.array(z.enum(ROLES)).meta({ description: 'What the caller is to all submissions, now.' }),
  grants: z
    .array(z.object({ role: z.enum(ROLES), profile: z.string() }))
    .default([])
    .meta({ description: 'What the caller is to the submissions of some profiles besides.' }),
}).meta({ id: 'Me' });
export type MeView = z.input<typeof MeView>;

export const MeEdit = z
  .strictObject({ name: line(200).optional(), orcid: orcid.nullable().optional() })
  .meta({ id: 'MeEdit' });
export type MeEdit = z.infer<typeof MeEdit>;

export const PersonView = Somebody.extend({
  roles: z.array(z.enum(ROLES)).meta({ description: 'Those without an end and for all; others are grants.' }),
  disabled: z.boolean(),
  disabledAt: instant.nullable(),
  createdAt: instant,
  etag: z.string().meta({ description: 'What `If-Match` asks for.' }),
}).meta({ id: 'Person' });
export type PersonView = z.input<typeof PersonView>;

export const PeopleQuery = pageQuery({
  q: line(200).optional().meta({ description: 'A part of the name or of the e-mail address.' }),
  role: z.enum(ROLES).optional().meta({ description: 'Who holds it now, for whatever submissions.' }),
  disabled: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional()
    .meta({ description: 'Whether the account is closed.' }),
});
export type PeopleQuery = z.infer<typeof PeopleQuery>;
export const PeoplePage = pageOf(PersonView, 'People');

export const PersonEdit = z
  .strictObject({ roles: roles.optional(), disabled: z.boolean().optional() })
  .meta({ id: 'PersonEdit' });
export type PersonEdit = z.infer<typeof PersonEdit>;

/** A role for a time, or for the submissions of one profile. */
export const NewGrant = z
  .strictObject({
    role: z.enum(ROLES),
    profile: z
      .string()
      .max(100)
      .nullable()
      .default(null)
      .meta({ description: 'Of which profile a curator reviews the submissions; null: of all.' }),
    expiresAt: z.iso
      .datetime({ offset: true })
      .refine((at) => Date.parse(at) > Date.now(), 'expected a time that is still to come')
      .nullable()
      .default(null)
      .meta({ description: 'Null: until it is revoked.' }),
    reason: line(500),
  })
  .refine(({ role, profile }) => profile === null || role === 'curator', {
    path: ['profile'],
    message: 'expected only with the role "curator"',
  })
  .meta({ id: 'NewGrant' });
export type NewGrant = z.infer<typeof NewGrant>;

export const GrantView = z
  .object({
    id: z.uuid(),
    role: z.enum(ROLES),
    profile: z.string().nullable(),
    expiresAt: instant.nullable(),
    isOver: z.boolean(),
    provider: z.string().nullable().meta({ description: 'By whose claims it was given; null: by an admin.' }),
    grantedBy: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    reason: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'Grant' });
export type GrantView = z.input<typeof GrantView>;

export const IdentityView = z
  .object({
    id: z.uuid(),
    provider: z.string(),
    issuer: z.string(),
    subject: z.string(),
    createdAt: instant,
    lastUsedAt: instant,
  })
  .meta({ id: 'Identity' });
export type IdentityView = z.input<typeof IdentityView>;
export const Identities = z.object({ items: z.array(IdentityView) }).meta({ id: 'Identities' });

export const PersonDetail = PersonView.extend({
  grants: z.array(GrantView),
  identities: z.array(IdentityView),
  hasPassword: z.boolean(),
  erasureRequestedAt: instant.nullable(),
  erasedAt: instant.nullable(),
}).meta({ id: 'PersonDetail' });
export type PersonDetail = z.input<typeof PersonDetail>;
