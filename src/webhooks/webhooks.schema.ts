/** What does the API take and give about webhooks? */
import { z } from 'zod';
import { commaList, pageOf, pageQuery } from '../platform/page.js';

const HOUR_MS = 3_600_000;

const instant = z
  .date()
  .transform((at) => at.toISOString())
  .pipe(z.iso.datetime());
const At = z.iso.datetime({ offset: true });
const links = z.record(z.string(), z.string());

const url = z
  .string()
  .max(2_000)
  .meta({ description: 'An https address on the public internet.', examples: ['https://example.org/hooks'] });
const description = z
  .string()
  .trim()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'expected one line, without control characters');
const events = z
  .array(z.string().min(1).max(100))
  .min(1)
  .max(50)
  .meta({
    description: 'Topics, or what several begin with: `submission.*`. `*` is everything that there is to hear.',
    examples: [['submission.*']],
  });

export const NewWebhook = z
  .strictObject({ url, description: description.default(''), events, active: z.boolean().default(true) })
  .meta({ id: 'NewWebhook' });
export type NewWebhook = z.infer<typeof NewWebhook>;

export const WebhookEdit = z
  .strictObject({
    url: url.optional(),
    description: description.optional(),
    events: events.optional(),
    active: z
      .boolean()
      .optional()
      .meta({ description: '`true` switches it on again; the answer then says in `missed` what it was not sent.' }),
  })
  .meta({ id: 'WebhookEdit' });
export type WebhookEdit = z.infer<typeof WebhookEdit>;

export const WebhookView = z
  .object({
    id: z.uuid(),
    url: z.string(),
    description: z.string(),
    events: z.array(z.string()),
    active: z.boolean(),
    off: z
      .object({ at: instant, reason: z.enum(['gone', 'failing', 'person']) })
      .nullable()
      .meta({ description: '`gone`: the receiver said 410. `person`: somebody switched it off.' }),
    failures: z.int().meta({ description: 'Tries in a row that failed.' }),
    failingSince: instant.nullable(),
    recent: z
      .object({ delivered: z.int(), waiting: z.int(), failed: z.int() })
      .meta({ description: 'What became of the last 100 deliveries.' }),
    missed: z
      .object({
        count: z.int(),
        atLeast: z.boolean(),
        fromSequence: z.int().nullable(),
        toSequence: z.int().nullable(),
      })
      .meta({ description: 'What it was not sent while it was off: `POST …/redeliver` sends it. Counted to 1,000.' }),
    secret: z.object({
      rotatedAt: instant,
      oldUntil: instant.nullable().meta({ description: 'Until then the secret before signs too.' }),
    }),
    createdAt: instant,
    updatedAt: instant,
    etag: z.string().meta({ description: 'For `If-Match`.' }),
    links,
  })
  .meta({ id: 'Webhook' });
export type WebhookView = z.input<typeof WebhookView>;

const newSecret = z.string().meta({ description: 'What signs. It is shown this once.' });
export const NewWebhookView = WebhookView.extend({
  secret: WebhookView.shape.secret.extend({ value: newSecret }),
}).meta({ id: 'NewWebhookSecret' });
export type NewWebhookView = z.input<typeof NewWebhookView>;

export const WebhooksQuery = pageQuery();
export type WebhooksQuery = z.infer<typeof WebhooksQuery>;
export const WebhooksPage = pageOf(WebhookView, 'Webhooks');

export const Rotation = z
  .strictObject({
    keepOldFor: z
      .string()
      .regex(/^\d{1,6}(s|m|h|d)$/, 'expected a length of time such as 0s, 30m, 24h or 7d')
      .transform((text) => Number.parseInt(text, 10) * UNITS[text.at(-1) as keyof typeof UNITS])
      .refine((ms) => ms <= 7 * 24 * HOUR_MS, 'expected at most 7d')
      .default(24 * HOUR_MS)
      .meta({ description: 'How long the secret before signs too; `0s`: it ends now.', examples: ['24h'] }),
  })
  .meta({ id: 'WebhookRotation' });
export type Rotation = z.infer<typeof Rotation>;
const UNITS = { s: 1_000, m: 60_000, h: HOUR_MS, d: 24 * HOUR_MS } as const;

export const WEBHOOK_STATES = ['pending', 'sending', 'failed', 'delivered', 'dead', 'skipped', 'missed'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];
const State = z.enum(WEBHOOK_STATES).meta({
  description:
    '`failed` is tried again, `dead` is not. `skipped`: its reader may not see any more what it is about. ' +
    '`missed`: the webhook was off.',
});

export const WebhookDeliveryView = z
  .object({
    id: z.uuid(),
    webhookId: z.string().meta({ description: 'The header `webhook-id`: the same in every try and redelivery.' }),
    event: z.string(),
    sequence: z.int().nullable().meta({ description: 'Where the event stands among all; null: a test.' }),
    submissionId: z.uuid().nullable(),
    state: State,
    attempts: z.int(),
    status: z.int().nullable().meta({ description: 'What the receiver answered last.' }),
    problem: z.string().nullable().meta({ description: 'Why the last try failed.' }),
    nextAt: instant.nullable().meta({ description: 'When it is tried, or tried again.' }),
    redeliveryOf: z.uuid().nullable(),
    redeliveredBy: z.uuid().nullable(),
    createdAt: instant,
    endedAt: instant.nullable(),
    links,
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDeliveryView = z.input<typeof WebhookDeliveryView>;

const headers = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
export const WebhookAttemptView = z
  .object({
    attempt: z.int(),
    at: instant,
    durationMs: z.int().nullable().meta({ description: 'Null: the process ended meanwhile.' }),
    requestHeaders: headers.nullable().meta({ description: 'As they were sent, with the signature.' }),
    response: z
      .object({
        status: z.int(),
        headers,
        body: z.string().meta({ description: 'The first 16 kB.' }),
        isCut: z.boolean().meta({ description: 'There was more, or its end did not come.' }),
      })
      .nullable()
      .meta({ description: 'Null: there was none.' }),
    problem: z.string().nullable().meta({ description: 'Null: it was delivered.' }),
  })
  .meta({ id: 'WebhookAttempt' });
export type WebhookAttemptView = z.input<typeof WebhookAttemptView>;

export const WholeDeliveryView = WebhookDeliveryView.extend({
  request: z
    .object({ url: z.string().meta({ description: 'Where the webhook sends now.' }), body: z.string() })
    .nullable()
    .meta({ description: 'Null: nothing has been sent yet, to one who is asked about what they may see.' }),
  tries: z.array(WebhookAttemptView),
}).meta({ id: 'WholeWebhookDelivery' });
export type WholeDeliveryView = z.input<typeof WholeDeliveryView>;

export const DeliveriesQuery = pageQuery({
  state: commaList(z.enum(WEBHOOK_STATES)).optional(),
  event: commaList(z.string().min(1).max(100)).optional().meta({ description: 'As an endpoint says what it hears.' }),
  from: At.optional(),
  to: At.optional(),
});
export type DeliveriesQuery = z.infer<typeof DeliveriesQuery>;
export const DeliveriesPage = pageOf(WebhookDeliveryView, 'WebhookDeliveries');

const Sequence = z.int().min(1);
/** What is sent again unless somebody says otherwise: all that has ended. */
const ENDED = ['delivered', 'dead', 'skipped', 'missed'] as const;
export const Range = z
  .strictObject({
    from: At.optional(),
    to: At.optional(),
    fromSequence: Sequence.optional(),
    toSequence: Sequence.optional(),
    state: z
      .array(z.enum(ENDED))
      .min(1)
      .default([...ENDED]),
  })
  .refine(({ from, fromSequence }) => (from === undefined) !== (fromSequence === undefined), {
    message: 'Say where to begin: `from`, an instant, or `fromSequence`.',
  })
  .refine(({ from, to }) => !from || !to || Date.parse(from) <= Date.parse(to), {
    path: ['to'],
    message: 'expected an instant that is not before `from`',
  })
  .refine(({ fromSequence: first, toSequence: last }) => !first || !last || first <= last, {
    path: ['toSequence'],
    message: 'expected a number that is not below `fromSequence`',
  })
  .meta({ id: 'RedeliveryRange', examples: [{ fromSequence: 1, state: ['missed', 'dead'] }] });
export type Range = z.infer<typeof Range>;

export const Redelivered = z
  .object({
    count: z.int(),
    nextSequence: z.int().nullable().meta({ description: 'There is more: ask again with this `fromSequence`.' }),
  })
  .meta({ id: 'Redelivered' });
export type Redelivered = z.infer<typeof Redelivered>;
