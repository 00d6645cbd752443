/** What does the API take and give about how people show who they are: passwords, sessions, tokens? */
import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/page.js';
import { email, instant, line, password } from './identity.schema.js';
import { SCOPES } from './user.js';

const scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .refine((given) => new Set(given).size === given.length, 'expected each scope once');

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

export const PasswordChange = z
  .strictObject({
    current: z.string().max(200).optional().meta({ description: 'Not asked for where there is none yet.' }),
    password,
  })
  .meta({ id: 'PasswordChange' });
export type PasswordChange = z.infer<typeof PasswordChange>;

export const PasswordResetAsked = z.strictObject({ email }).meta({ id: 'PasswordResetAsked' });
export const PasswordReset = z
  .strictObject({ token: z.string().min(1).max(200), password })
  .meta({ id: 'PasswordReset' });
export type PasswordReset = z.infer<typeof PasswordReset>;

export const SessionRow = z
  .object({
    id: z.uuid(),
    current: z.boolean().meta({ description: 'It is the one that this request came with.' }),
    provider: z.string().nullable().meta({ description: 'By whom it was begun; null: by a password.' }),
    userAgent: z.string().nullable(),
    address: z.string().nullable().meta({ description: 'Where it was begun from, without its last part.' }),
    createdAt: instant,
    lastUsedAt: instant.meta({ description: 'To the minute.' }),
    expiresAt: instant,
  })
  .meta({ id: 'SessionRow' });
export type SessionRow = z.input<typeof SessionRow>;
export const SessionsQuery = pageQuery();
export type SessionsQuery = z.infer<typeof SessionsQuery>;
export const SessionsPage = pageOf(SessionRow, 'Sessions');

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
