/** What does the API take and give about people, sessions and tokens? */
import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/page.js';
import { checkDigitOf, orcidIn } from './orcid.js';
import { ROLES, SCOPES } from './user.js';

const instant = z
  .date()
  .transform((at) => at.toISOString())
  .pipe(z.iso.datetime());

/** A line of text as people write it: PostgreSQL keeps no NUL, and a name has no line break. */
const line = (max: number) =>
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

const scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .refine((given) => new Set(given).size === given.length, 'expected each scope once');

export const SignUp = z
  .strictObject({
    name: line(200),
    email: z.email('expected an e-mail address such as name@example.org').max(254),
    password: z.string().min(8).max(200),
  })
  .refine(({ email, password }) => email.toLowerCase() !== password.toLowerCase(), {
    path: ['password'],
    message: 'expected something other than the e-mail address',
  })
  .meta({ id: 'SignUp' });
export type SignUp = z.infer<typeof SignUp>;

export const SignIn = z
  .strictObject({ email: z.string().min(1).max(254), password: z.string().min(1).max(200) })
  .meta({ id: 'SignIn' });
export type SignIn = z.infer<typeof SignIn>;

export const SessionView = z
  .object({
    token: z
      .string()
      .meta({ description: 'For scripts: `Authorization: Bearer acc_ses_…`. A browser has the cookie.' }),
    expiresAt: instant,
  })
  .meta({ id: 'Session' });
export type SessionView = z.input<typeof SessionView>;

export const MeView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    orcid: z.string().nullable(),
    roles: z.array(z.enum(ROLES)),
  })
  .meta({ id: 'Me' });
export type MeView = z.input<typeof MeView>;

export const MeEdit = z
  .strictObject({ name: line(200).optional(), orcid: orcid.nullable().optional() })
  .meta({ id: 'MeEdit' });
export type MeEdit = z.infer<typeof MeEdit>;

export const PersonView = MeView.extend({
  disabled: z.boolean(),
  disabledAt: instant.nullable(),
  createdAt: instant,
  etag: z.string().meta({ description: 'What `If-Match` asks for.' }),
}).meta({ id: 'Person' });
export type PersonView = z.input<typeof PersonView>;

export const PeopleQuery = pageQuery({
  q: line(200).optional().meta({ description: 'A part of the name or of the e-mail address.' }),
});
export type PeopleQuery = z.infer<typeof PeopleQuery>;
export const PeoplePage = pageOf(PersonView, 'People');

export const PersonEdit = z
  .strictObject({ roles: roles.optional(), disabled: z.boolean().optional() })
  .meta({ id: 'PersonEdit' });
export type PersonEdit = z.infer<typeof PersonEdit>;

const YEAR_MS = 366 * 86_400_000;

export const NewToken = z
  .strictObject({
    name: line(100),
    scopes,
    expiresAt: z.iso
      .datetime({ offset: true })
      .refine((at) => Date.parse(at) > Date.now(), 'expected a time that is still to come')
      .refine((at) => Date.parse(at) <= Date.now() + YEAR_MS, 'expected a time within a year'),
  })
  .meta({ id: 'NewToken' });
export type NewToken = z.infer<typeof NewToken>;

export const TokenView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    hint: z.string().meta({ description: 'How the secret begins.' }),
    scopes: z.array(z.enum(SCOPES)),
    createdAt: instant,
    lastUsedAt: instant.nullable().meta({ description: 'To the minute; null: never.' }),
    expiresAt: instant,
  })
  .meta({ id: 'AccessToken' });
export type TokenView = z.input<typeof TokenView>;

export const TokensQuery = pageQuery();
export type TokensQuery = z.infer<typeof TokensQuery>;
export const TokensPage = pageOf(TokenView, 'AccessTokens');

export const NewTokenView = TokenView.extend({
  token: z.string().meta({ description: 'The secret. It is shown this once: only its hash is kept.' }),
}).meta({ id: 'NewAccessToken' });
export type NewTokenView = z.input<typeof NewTokenView>;
