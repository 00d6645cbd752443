/** Of what kinds is what people are told? A row for each: its words, the topics it covers, how it goes out unless they say otherwise. */
import type { Role } from '../identity/user.js';

export const LIST_WAYS = ['on', 'muted'] as const;
export const EMAIL_WAYS = ['now', 'daily', 'off'] as const;
export const SLACK_WAYS = ['on', 'off'] as const;

/** How one category reaches somebody. In the list it is always; muted, it comes there as read. */
export interface Ways {
  readonly inApp: (typeof LIST_WAYS)[number];
  readonly email: (typeof EMAIL_WAYS)[number];
  readonly slack: (typeof SLACK_WAYS)[number];
}

export interface Category {
  readonly label: string;
  readonly description: string;
  /** A topic, or with a star all that begin so; each topic belongs to the first that covers it. */
  readonly topics: readonly string[];
  /** By the role for which it is not as for everybody. */
  readonly email?: Partial<Record<Role, Ways['email']>>;
  /** What people must learn of: its mail is sent at once, whatever they say. */
  readonly isRequired?: true;
}

export const CATEGORIES = {
  changes: {
    label: 'Requested changes',
    description: 'A curator asks for changes, suggests some, or answers about them.',
    topics: ['changes.requested', 'change_request.*', 'suggestion.*', 'review.submitted', 'submission.amended'],
  },
  checks: {
    label: 'Checks and files',
    description:
      'The checks found problems, a file was not accepted, or something on our side keeps them from running.',
    topics: ['checks.*', 'file.*', 'incident.*'],
  },
  reminders: {
    label: 'Reminders',
    description:
      'A draft or a request waits for you, a review is late, a claim runs out or was released, a release comes near.',
    topics: ['submission.reminded', 'response.*', 'review.due_soon', 'review.overdue', 'claim.*', 'release.*'],
  },
  reviews: {
    label: 'Reviews to be done',
    description: 'A submission waits for its review, was assigned to you, or was taken back meanwhile.',
    topics: ['review.*', 'submission.assigned', 'submission.recalled'],
  },
  progress: {
    label: 'Progress of submissions',
    description: 'Received, approved, rejected, published, withdrawn, and whatever else becomes of a submission.',
    topics: ['submission.*', 'record.*'],
  },
  conversations: {
    label: 'Conversations',
    description: 'Somebody writes in a thread that you take part in, or mentions you.',
    topics: ['thread.*', 'comment.*', 'mention.*', 'note.*'],
    email: { admin: 'daily' },
  },
  sharing: {
    label: 'Sharing',
    description: 'Somebody works on a record with you, hands one over, or a review link of yours ends.',
    topics: ['sharing.*', 'collaborator.*', 'invitation.*', 'ownership.*', 'share_link.*', 'link.*', 'transfer.*'],
  },
  operation: {
    label: 'Running the service',
    description:
      'Mails that cannot be delivered, hooks that were switched off, long work that has ended, what people ask of admins.',
    topics: ['delivery.*', 'slack.*', 'webhook.*', 'operation.*', 'job.*', 'erasure.*'],
    email: { submitter: 'daily' },
  },
  security: {
    label: 'Security of your account',
    description: 'Ways to sign in that were added or taken away. These mails cannot be switched off.',
    topics: ['security.*', 'account.*', 'identity.*', 'session.*', 'token.*'],
    isRequired: true,
  },
  other: {
    label: 'Everything else',
    description: 'What belongs to none of the others.',
    topics: ['*'],
  },
} as const satisfies Readonly<Record<string, Category>>;
export type CategoryId = keyof typeof CATEGORIES;
export const CATEGORY_IDS = Object.keys(CATEGORIES) as readonly CategoryId[];

const covers = (pattern: string, topic: string): boolean =>
  pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern;

export function categoryOf(topic: string): CategoryId {
  const found = CATEGORY_IDS.find((id) => CATEGORIES[id].topics.some((pattern) => covers(pattern, topic)));
  return found ?? 'other';
}

/** For `LIKE`: what a topic of the category looks like, and what it does not, for an earlier one covers that. */
export function patternsOf(category: CategoryId): { readonly like: string[]; readonly unlike: string[] } {
  const earlier = CATEGORY_IDS.slice(0, CATEGORY_IDS.indexOf(category));
  return { like: likeOf(category), unlike: earlier.flatMap(likeOf) };
}

const likeOf = (category: CategoryId): string[] =>
  CATEGORIES[category].topics.map((pattern) => pattern.replaceAll('_', '\\_').replace(/\*$/, '%'));

/** The most urgent of what any of their roles has. */
export function defaultsOf(id: CategoryId, roles: readonly Role[]): Ways {
  const { email }: Category = CATEGORIES[id];
  const ways = roles.map((role) => email?.[role] ?? 'now');
  return { inApp: 'on', email: EMAIL_WAYS.find((way) => ways.includes(way)) ?? 'now', slack: 'on' };
}
