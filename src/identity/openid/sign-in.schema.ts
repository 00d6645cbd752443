/** What does the API take and give about providers, and about coming in by them? */
import { z } from 'zod';
import { SignUp } from '../identity.schema.js';

export const ProvidersView = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        label: z.string().meta({ description: 'What the button says.' }),
        signInAt: z.string().meta({ description: 'Where the browser goes.' }),
      }),
    ),
  })
  .meta({ id: 'Providers' });
export type ProvidersView = z.infer<typeof ProvidersView>;

/** Of this service: nobody is led elsewhere. */
const page = z
  .string()
  .max(1_000)
  .regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/, 'expected a page of this service, as /s')
  .default('/')
  .meta({ description: 'The page to come back to, as `/s`.' });

export const BeginQuery = z.strictObject({ returnTo: page });
export const LinkBegin = z.strictObject({ returnTo: page }).meta({ id: 'LinkBegin' });
export type LinkBegin = z.infer<typeof LinkBegin>;
export const LinkBegun = z
  .object({ url: z.url().meta({ description: 'Where the browser goes: it comes back with the provider linked.' }) })
  .meta({ id: 'LinkBegun' });
export type LinkBegun = z.infer<typeof LinkBegun>;

const { name, email } = SignUp.shape;
export const AccountBegun = z.strictObject({ email, name: name.optional() }).meta({ id: 'AccountBegun' });
export type AccountBegun = z.infer<typeof AccountBegun>;

export const LogoutForm = z.object({ logout_token: z.string().min(1).max(10_000) }).meta({ id: 'LogoutForm' });
export type LogoutForm = z.infer<typeof LogoutForm>;
