/**
 * Where does the database tell of a person, and what becomes of it when they are erased? Each column that names one is in one
 * of the two tables here; a test reads the schema and holds them to it.
 */

/** As `table.column`. */
export type Place = `${string}.${string}`;

/** What is theirs alone goes; of what others need, only what tells of them. $1 is the person. */
export const ERASED = [
  { place: 'session.personId', what: 'sessions' },
  { place: 'access_token.personId', what: 'access tokens' },
  { place: 'person_identity.personId', what: 'identities at providers' },
  { place: 'sign_in_attempt.personId', what: 'links to providers under way' },
  { place: 'password_reset.personId', what: 'forgotten passwords' },
  { place: 'role_grant.personId', what: 'roles for a time or a profile' },
  { place: 'preference.personId', what: 'preferences' },
  { place: 'delivery.heldFor', what: 'messages held for a digest' },
  { place: 'notification.personId', what: 'notifications, and what was sent of them' },
  { place: 'live_event.personId', what: 'live events for them alone', where: `audience = 'person'` },
  { place: 'pending_review.personId', what: 'reviews that were never sent' },
  { place: 'viewed_mark.personId', what: 'marks of what they had seen' },
  { place: 'collaborator.personId', what: 'parts in the submissions of others' },
  { place: 'webhook_endpoint.personId', what: 'webhooks, and the log of their deliveries' },
  {
    place: 'saved_view.ownerId',
    what: 'saved views that are not shared with the team',
    where: 'NOT "isShared"',
  },
  {
    place: 'share_link.createdBy',
    what: 'review links: their names go, and nobody comes by them any more',
    change: `UPDATE share_link SET name = 'Link ' || ordinal, epoch = epoch + 1, "endedBy" = coalesce("endedBy", 'revoked'),
                    "endedAt" = coalesce("endedAt", now()) WHERE "createdBy" = $1`,
  },
  {
    place: 'invitation.invitedBy',
    what: 'invitations that nobody has followed yet, and the addresses in all of them',
    change: `UPDATE invitation SET email = 'erased-' || id || '@invalid', state = CASE state WHEN 'open' THEN 'revoked' ELSE state END
              WHERE "invitedBy" = $1`,
  },
  {
    place: 'invitation.acceptedBy',
    what: 'the address that they were invited at',
    change: `UPDATE invitation SET email = 'erased-' || id || '@invalid' WHERE "acceptedBy" = $1`,
  },
  {
    place: 'ownership_transfer.fromId',
    what: 'offers of ownership that wait',
    where: `state = 'offered'`,
    change: `UPDATE ownership_transfer SET state = 'taken_back', "endedAt" = now() WHERE "fromId" = $1 AND state = 'offered'`,
  },
  {
    place: 'ownership_transfer.toId',
    what: 'offers of ownership to them that wait',
    where: `state = 'offered'`,
    change: `UPDATE ownership_transfer SET state = 'declined', "endedAt" = now() WHERE "toId" = $1 AND state = 'offered'`,
  },
] as const satisfies readonly Erasure[];

export interface Erasure {
  readonly place: Place;
  readonly what: string;
  /** Of the rows that name them, which. */
  readonly where?: string;
  /** Where the rows stay, and only change. */
  readonly change?: string;
}

/** The record of science: who did it is a reference to a row that says "Erased person". */
export const KEPT: Readonly<Record<Place, string>> = {
  'submission.ownerId': 'what was public, withdrawn or rejected has an owner; its authors are part of the metadata',
  'submission.assignee': 'who reviewed it; what is in review is given back first',
  'submission_transition.actorId': 'the lifecycle is append-only',
  'audit_entry.actorId': 'the trail is append-only, and chained',
  'upload.personId': 'who brought a file',
  'collaborator.addedBy': 'who gave somebody else their part',
  'role_grant.grantedBy': 'who gave somebody else a role',
  'waiver.personId': 'a waiver is part of the decision',
  'checklist_tick.personId': 'a tick is part of the decision',
  'change_request.createdBy': 'what was asked for in a review',
  'review.personId': 'a review that was sent',
  'internal_note.personId': 'notes of the desk',
  'thread.resolvedBy': 'conversations stay, under the pseudonym',
  'thread_comment.personId': 'conversations stay, under the pseudonym',
  'suggestion.createdBy': 'changes that were suggested',
  'suggestion.decidedBy': 'changes that were decided upon',
  'label.createdBy': 'labels are the team’s',
  'review_template.createdBy': 'templates are the team’s',
  'operation.actorId': 'what was done to many submissions at once',
  'webhook_endpoint.createdBy': 'endpoints of the installation',
  'queue_cell.assignee': 'counts of the queue, made anew from the submissions',
  'queue_change.assignee': 'counts of the queue, made anew from the submissions',
};

/** What the row of the person becomes. An address is unique, and this one leads nowhere. */
export const ERASE_PERSON = `
  UPDATE person SET name = 'Erased person', email = 'erased-' || id || '@invalid', orcid = NULL, "orcidVerifiedAt" = NULL,
         "emailProvedAt" = NULL, "passwordHash" = NULL, roles = '{submitter}', "disabledAt" = coalesce("disabledAt", now()),
         "erasureRequestedAt" = NULL, "erasedAt" = now()
   WHERE id = $1 RETURNING "erasedAt"`;

/** $1 the person, $2 what they were called, $3 their address: in the lists of others, and where an address alone names them. */
export const ERASE_WORDS = [
  `UPDATE notification SET title = regexp_replace(title, $2, 'Erased person', 'g'),
          body = regexp_replace(body::text, $2, 'Erased person', 'g')::jsonb
    WHERE $1::uuid IS NOT NULL AND $3::text IS NOT NULL AND (title ~ $2 OR body::text ~ $2)`,
  `UPDATE invitation SET email = 'erased-' || id || '@invalid', state = CASE state WHEN 'open' THEN 'revoked' ELSE state END
    WHERE $1::uuid IS NOT NULL AND $2::text IS NOT NULL AND lower(email) = lower($3)`,
  `DELETE FROM idempotency_key WHERE caller = $1::text AND $2::text IS NOT NULL AND $3::text IS NOT NULL`,
] as const;

export const statementOf = ({ place, where, change }: Erasure): string =>
  change ?? `DELETE FROM ${tableOf(place)} WHERE ${columnOf(place)} = $1${where ? ` AND ${where}` : ''}`;

export const countOf = ({ place, where }: Erasure): string =>
  `SELECT count(*)::int AS rows FROM ${tableOf(place)} WHERE ${columnOf(place)} = $1${where ? ` AND ${where}` : ''}`;

const tableOf = (place: Place): string => place.slice(0, place.indexOf('.'));
const columnOf = (place: Place): string => `"${place.slice(place.indexOf('.') + 1)}"`;
