/** What does the API take and give about review links? */
import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/page.js';

const Name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'expected no control characters');
const RIGHTS = ['view', 'download', 'comment'] as const;
const Rights = z
  .array(z.enum(RIGHTS))
  .max(RIGHTS.length)
  .transform((asked) => RIGHTS.filter((right) => right === 'view' || asked.includes(right)))
  .meta({ description: 'Whoever holds it may view; the files are read with `download`.' });
const Until = z.iso.datetime().meta({ description: 'At most a year ahead.' });

export const NewShareLink = z
  .strictObject({
    name: Name.meta({ description: 'By which its owner knows it; its holder never sees it.' }),
    expiresAt: Until.optional().meta({ description: 'In 90 days where not given; at most a year ahead.' }),
    may: Rights.default(['view']),
    anonymised: z.boolean().default(false).meta({ description: 'Whether nobody is to learn whose data they are.' }),
    version: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .meta({ description: 'The one version that it shows; null: the one submitted last.' }),
    passphrase: z.string().min(8).max(200).optional().meta({ description: 'Asked for besides the link.' }),
  })
  .meta({ id: 'NewShareLink' });
export type NewShareLink = z.infer<typeof NewShareLink>;

export const ShareLinkEdit = z
  .strictObject({
    name: Name.optional(),
    expiresAt: Until.optional(),
    revoked: z.literal(true).optional().meta({ description: 'For good: make another link instead.' }),
  })
  .meta({ id: 'ShareLinkEdit', description: 'A JSON merge patch (RFC 7396).' });
export type ShareLinkEdit = z.infer<typeof ShareLinkEdit>;

export const ShareLinkView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    hint: z.string().meta({ description: 'How its secret begins.' }),
    state: z.enum(['active', 'expired', 'revoked', 'withdrawn', 'rejected', 'published']),
    may: z.array(z.enum(RIGHTS)),
    anonymised: z.boolean(),
    version: z.int().nullable(),
    hasPassphrase: z.boolean(),
    pseudonym: z.string().meta({ description: 'What its holder is called where they comment.' }),
    uses: z.int().meta({ description: 'How often it was opened.' }),
    lastUsedAt: z.iso.datetime().nullable().meta({ description: 'To the minute.' }),
    createdBy: z.object({ id: z.uuid(), name: z.string() }),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    etag: z.string().meta({ description: 'For `If-Match`.' }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'ShareLink' });
export type ShareLinkView = z.infer<typeof ShareLinkView>;

export const MadeShareLink = ShareLinkView.extend({
  token: z.string().meta({ description: 'Shown this once.' }),
  url: z.string().meta({ description: 'What to send to whoever is to review. Shown this once.' }),
}).meta({ id: 'MadeShareLink' });
export type MadeShareLink = z.infer<typeof MadeShareLink>;

export const ShareLinksPage = pageOf(ShareLinkView, 'ShareLinkPage');
export const ShareLinksQuery = pageQuery();
export type ShareLinksQuery = z.infer<typeof ShareLinksQuery>;

export const Exchange = z
  .strictObject({ token: z.string().min(1).max(200), passphrase: z.string().max(200).optional() })
  .meta({ id: 'Exchange' });
export type Exchange = z.infer<typeof Exchange>;

export const VisitView = z
  .object({
    token: z.string().meta({ description: 'For `Authorization: Bearer`; a browser has the same as a cookie.' }),
    expiresAt: z.date(),
    submissionId: z.uuid(),
    version: z.int(),
    may: z.array(z.enum(RIGHTS)),
    anonymised: z.boolean(),
    pseudonym: z.string(),
  })
  .meta({ id: 'Visit' });
export type VisitView = z.infer<typeof VisitView>;
