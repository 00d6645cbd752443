/** What does a review say, all of it, in one letter? */
import { type Block, cut, list, oneLine, say } from '../notifications/letter.js';
import type { Anchor } from './anchors.schema.js';
import type { Operation } from './suggestions-patch.js';
import { linesOf } from './suggestions-words.js';

export interface Reviewed {
  readonly comments: readonly { readonly anchor: Anchor | null; readonly text: string; readonly blocking: boolean }[];
  readonly suggestions: readonly { readonly patch: readonly Operation[] }[];
  readonly changeRequests: readonly { readonly text: string; readonly severity: string }[];
}

/** Of a row of `review`, an expression for what was sent with it. */
export const reviewed = (review: string): string => `
  jsonb_build_object(
    'comments', (SELECT coalesce(jsonb_agg(jsonb_build_object('anchor', h.anchor, 'text', c.text, 'blocking', h.blocking)
                                           ORDER BY c."createdAt", c.id), '[]')
                   FROM thread_comment c JOIN thread h ON h.id = c."threadId"
                  WHERE c."reviewId" = ${review}.id AND c.text IS NOT NULL),
    'suggestions', (SELECT coalesce(jsonb_agg(jsonb_build_object('patch', g.patch) ORDER BY g."createdAt", g.id), '[]')
                      FROM suggestion g WHERE g."reviewId" = ${review}.id),
    'changeRequests', (SELECT coalesce(jsonb_agg(jsonb_build_object('text', r.text, 'severity', r.severity)
                                                 ORDER BY r.severity, r."createdAt", r.id), '[]')
                         FROM change_request r WHERE r."reviewId" = ${review}.id))`;

const LONGEST = 1_000;

/** Change requests are left to a letter that lists all that are open, and not only those of this review. */
export function reviewedBlocks(
  { comments, suggestions, changeRequests }: Reviewed,
  { withRequests }: { withRequests: boolean },
): Block[] {
  return [
    ...headed('Comments:', comments.map(commentLine)),
    ...headed(
      'Suggested changes, which you apply with one click while it is a draft:',
      suggestions.flatMap(({ patch }) => linesOf(patch)),
    ),
    ...(withRequests ? headed('Change requests:', changeRequests.map(requestLine)) : []),
  ];
}

const headed = (head: string, items: readonly string[]): Block[] =>
  items.length > 0 ? [say(head), ...list(items)] : [];

const requestLine = ({ severity, text }: Reviewed['changeRequests'][number]): string =>
  `${severity === 'must' ? 'Must' : 'Should'}: ${cut(oneLine(text), LONGEST)}`;

/** `On /metadata/tissue, to be resolved before an approval: …` */
function commentLine({ anchor, text, blocking }: Reviewed['comments'][number]): string {
  const where = anchor === null ? '' : `On ${oneLine(placeOf(anchor))}`;
  const weight = blocking ? 'to be resolved before an approval' : '';
  const head = [where, weight].filter(Boolean).join(', ');
  return `${head ? `${head}: ` : ''}${cut(oneLine(text), LONGEST)}`;
}

function placeOf(anchor: Anchor): string {
  if ('field' in anchor) return anchor.field;
  if ('finding' in anchor) return `finding ${anchor.finding}`;
  if ('run' in anchor) return `run ${anchor.run}`;
  return anchor.place === undefined ? anchor.file : `${anchor.file} at ${anchor.place}`;
}
