/** What do people read? A template for each topic: what has happened, and what to do next. Text and HTML are made of it. */
import type { NotifiedTopic, Part } from './audience.js';
import { type Block, cut, link, list, oneLine, quote, say } from './letter.js';
import type { Finding, Occasion } from './occasions.service.js';

export interface Words {
  readonly subject: string;
  readonly happened: readonly Block[];
  /** What the reader can do; empty: nothing. */
  readonly next: string;
  readonly link?: string;
}

type Template = (occasion: Occasion, as: Part) => Words;

export const TEMPLATES: Readonly<Record<NotifiedTopic, Template>> = {
  'submission.received': ({ fileCount, fileBytes, sealed }) => ({
    subject: 'Received',
    happened: [
      say(`Your submission has arrived: ${some(fileCount, 'file')}, ${sizeOf(fileBytes)}. The checks have begun.`),
      ...(sealed ? [say(`It is sealed as revision ${sealed.slice(0, 12)}.`)] : []),
    ],
    next: 'You will hear what the checks say. Until then you can cancel them and go on editing.',
  }),

  'submission.reminded': ({ touchedAt, expiresAt, sealed }) => ({
    subject: 'Still a draft',
    happened: [
      say(`Nobody has worked on this draft since ${dayOf(touchedAt)}.`),
      ...(expiresAt
        ? [say(`Unless somebody does, it will be ${sealed ? 'withdrawn' : 'deleted'} on ${dayOf(expiresAt)}.`)]
        : []),
    ],
    next: 'Finish and submit it, or save anything in it: that keeps it for as long again.',
  }),

  'submission.recalled': ({ comment }) => ({
    subject: 'Taken back',
    happened: [say('The submitter has taken the submission back to the draft.'), ...quote(comment)],
    next: 'You need do nothing: it returns to you when it is submitted again.',
  }),

  'submission.amended': ({ actor, details: { changed = [] }, comment }) => ({
    subject: 'Metadata amended',
    happened: [
      say(`${by(actor, 'A curator')} has amended the metadata of your submission, and it is checked again.`),
      ...list(changed.map((pointer) => oneLine(pointer))),
      ...quote(comment),
    ],
    next: 'You can see what changed on its page.',
  }),

  'submission.assigned': ({ actor, actorId, assignee, assigneeName, dueAt, comment }, as) =>
    as === 'former'
      ? {
          subject: actorId === assignee ? 'Taken over' : 'Assigned to somebody else',
          happened: [
            say(
              actorId === assignee
                ? `${by(actor, 'Somebody')} has taken over this submission, which you had.`
                : `${by(actor, 'Somebody')} has assigned this submission, which you had, to ${by(assigneeName, 'somebody else')}.`,
            ),
            ...quote(comment),
          ],
          next: '',
        }
      : {
          subject: 'Assigned to you',
          happened: [say(`${by(actor, 'Somebody')} has assigned this submission to you.`), ...quote(comment)],
          next: `Review it${dueAt ? `: a decision is due by ${dayOf(dueAt)}` : ''}, or release it to the queue.`,
        },

  'submission.approved': ({ comment }, as) => ({
    subject: as === 'admin' ? 'Approved, and to be published' : 'Approved',
    happened: [
      say(
        `${as === 'owner' ? 'Your submission' : 'A submission'} has been approved. It stays private until it is published.`,
      ),
      ...quote(comment),
    ],
    next:
      as === 'owner'
        ? 'If it should become public on a certain day, set its release date.'
        : as === 'admin'
          ? 'Publish it, or leave it to its release date.'
          : '',
  }),

  'submission.rejected': ({ accession, comment }, as) => ({
    subject: 'Rejected',
    happened: [
      say(`A curator has rejected ${mine(as) ? 'your' : 'the'} submission, for this reason:`),
      ...quote(comment),
    ],
    next: `${mine(as) ? 'Your' : 'The'} files are kept. To appeal, write to the curators of this service, name ${accession}, and say why: they can reopen it.`,
  }),

  'submission.withdrawn': ({ event, comment }, as) => ({
    subject: 'Withdrawn',
    happened: [
      say(
        event === 'clock.expire'
          ? 'The draft has expired, since nobody had worked on it for a long time: it was withdrawn.'
          : `${event === 'admin.withdraw' ? 'An admin' : 'The submitter'} has withdrawn the submission.`,
      ),
      ...quote(comment),
    ],
    next: as === 'owner' ? 'If you want to go on with it, ask an admin to reopen it.' : '',
  }),

  'submission.reopened': ({ event, comment }, as) => ({
    subject: 'Reopened',
    happened: [
      say(
        event === 'submitter.reopen'
          ? 'The submitter has reopened the approved submission for editing: the approval is dismissed.'
          : event === 'admin.reopen'
            ? 'An admin has reopened the submission for editing.'
            : 'A curator has reopened the review: what was decided before is dismissed.',
      ),
      ...quote(comment),
    ],
    next: as === 'owner' && event === 'admin.reopen' ? 'Change what you want to change, and submit it again.' : '',
  }),

  'submission.published': ({ accession, record }, as) => ({
    subject: 'Published',
    happened: [
      say(`${PUBLISHED[as] ?? 'The submission that you reviewed'} is public, at its permanent address:`),
      link(accession, record),
    ],
    next: as === 'owner' ? 'Cite it by this address. To change something, begin a new version.' : '',
    link: record,
  }),

  'submission.tombstoned': ({ tombstone, comment, accession, record }) => ({
    subject: 'Taken down',
    happened: [
      say(`An admin has taken down what was published${tombstone ? ` (${tombstone.reason})` : ''}.`),
      ...quote(comment),
      link(`The address of ${accession} stays, and says why`, record),
    ],
    next: 'If you think that this is a mistake, write to the admins of this service: they can restore it.',
    link: record,
  }),

  'submission.restored': ({ comment, accession, record }) => ({
    subject: 'Restored',
    happened: [say('What had been taken down is public again.'), ...quote(comment), link(accession, record)],
    next: '',
    link: record,
  }),

  'checks.failed': ({ report, state }, as) => ({
    subject: 'Checks found problems',
    happened: [
      say(
        `The checks found ${some(report?.errors ?? 0, 'error')} and ${some(report?.warnings ?? 0, 'warning')}` +
          `${state.startsWith('curator_review') ? ' in a submission that is under review' : ''}:`,
      ),
      ...list((report?.findings ?? []).map(findingOf)),
    ],
    next: mine(as)
      ? 'Nothing is lost: correct what is wrong, bring only the files that changed, and submit it again. The report has every finding.'
      : 'Waive each error with a reason, or request changes.',
  }),

  'review.requested': ({ round, dueAt }, as) => ({
    subject: isReviewer(as) ? 'To be reviewed' : 'Checks passed',
    happened: [
      say(
        !isReviewer(as)
          ? `The checks are done, and found nothing that keeps ${mine(as) ? 'your' : 'the'} submission from its review.`
          : `A submission has passed the checks and waits for its review (round ${round}).`,
      ),
    ],
    next: dueAt ? `A decision is due by ${dayOf(dueAt)}.` : '',
  }),

  'changes.requested': ({ actor, comment, requests }, as) => ({
    subject: 'Changes requested',
    happened: [
      say(`${by(actor, 'A curator')} asks for changes to ${mine(as) ? 'your' : 'the'} submission.`),
      ...quote(comment),
      ...list(
        requests.map(({ severity, text }) => `${severity === 'must' ? 'Must' : 'Should'}: ${cut(oneLine(text), 1000)}`),
      ),
    ],
    next: mine(as) ? 'Change what is asked for, answer each request, and submit it again.' : '',
  }),

  'file.refused': ({ file }) => ({
    subject: 'File not accepted',
    happened: [
      say(`${file ? `The file “${oneLine(file.path)}”` : 'A file'} was not accepted:`),
      ...quote(file?.problem ?? 'It did not arrive whole.'),
    ],
    next: 'Bring the file again.',
  }),

  'review.due_soon': ({ targetAt, since, round }) => ({
    subject: 'To be decided soon',
    happened: [
      say(`You have had this review since ${dayOf(since)} (round ${round}).`),
      ...(targetAt ? [say(`Its decision is due by ${minuteOf(targetAt)}.`)] : []),
    ],
    next: 'Decide, put it on hold with a reason, or release it to the queue.',
  }),

  'review.overdue': ({ targetAt, since, assigneeName }, as) => ({
    subject: 'Review overdue',
    happened: [
      say(
        assigneeName
          ? `The decision on this submission was due${targetAt ? ` by ${minuteOf(targetAt)}` : ''}, and is not made.`
          : `This submission should have been claimed${targetAt ? ` by ${minuteOf(targetAt)}` : ''}, and is not.`,
      ),
      say(
        as === 'assignee'
          ? `You have had it since ${dayOf(since)}.`
          : assigneeName
            ? `${oneLine(assigneeName)} has had it since ${dayOf(since)}.`
            : `Nobody has claimed it: it has been in the queue since ${dayOf(since)}.`,
      ),
    ],
    next: {
      assignee: 'Decide, put it on hold with a reason, or release it to the queue.',
      admin: assigneeName ? 'Ask for it, or assign it to somebody else.' : 'Assign it to somebody.',
      others: 'Claim it.',
    }[as === 'assignee' || as === 'admin' ? as : 'others'],
  }),

  'claim.idle': ({ touchedAt, claimEndsAt }) => ({
    subject: 'Your claim runs out',
    happened: [
      say(`Nobody has worked on this review since ${minuteOf(touchedAt)}.`),
      ...(claimEndsAt ? [say(`Unless you do, it goes back to the queue on ${minuteOf(claimEndsAt)}.`)] : []),
    ],
    next: 'Go on with it, put it on hold with a reason, or release it now.',
  }),

  'claim.ended': ({ event, actor, comment }) => ({
    subject: event === 'clock.claim_expired' ? 'Your claim has run out' : 'Your claim was released',
    happened: [
      say(
        event === 'clock.claim_expired'
          ? 'Nobody has worked on this review for as long as a claim lasts: it has gone back to the queue.'
          : `${by(actor, 'The service')} has given this review, which you had, back to the queue.`,
      ),
      ...quote(comment),
      say('What you ticked, wrote and kept for later is still there.'),
    ],
    next: 'To go on with it, claim it again.',
  }),

  'response.awaited': ({ since, expiresAt, requests }) => ({
    subject: 'Changes are still waited for',
    happened: [
      say(`On ${dayOf(since)} a curator asked for changes, and the submission has not come back.`),
      ...list(requests.map(({ text }) => cut(oneLine(text), 300))),
      ...(expiresAt ? [say(`Unless somebody works on it, it will be withdrawn on ${dayOf(expiresAt)}.`)] : []),
    ],
    next: 'Change what is asked for, answer each request, and submit it again; or withdraw it.',
  }),

  'release.near': ({ releaseAt, since }, as) => ({
    subject: 'Release comes near',
    happened: [
      say(
        `${mine(as) ? 'Your submission' : 'A submission'} becomes public${releaseAt ? ` on ${minuteOf(releaseAt)}` : ''}.`,
      ),
      say(`It was scheduled on ${dayOf(since)}.`),
    ],
    next: mine(as) ? 'You need do nothing. Until then its owner can set another date, or clear it.' : '',
  }),

  'incident.opened': ({ incident, id }, as) =>
    as === 'owner'
      ? {
          subject: 'A problem on our side',
          happened: [
            say('There is a problem on our side, and your submission waits until it is solved.'),
            say('It is not your fault, your files are safe, and we have been alerted.'),
          ],
          next: '',
        }
      : {
          subject: `Incident (${incident?.kind ?? 'unknown'})`,
          happened: [
            say(incident?.message ?? 'A fault of ours waits for somebody.'),
            ...quote(incident?.problem ? cut(oneLine(incident.problem), 500) : null),
            ...list([`Submission ${id}.`]),
          ],
          next: 'Find the cause, and try it again from its page. The submitter was told that it is our side.',
        },
};

/** `error M04, sample.h5ad at /raw/X: … To fix: …` */
function findingOf({ severity, rule, file, location, message, fix, count }: Finding): string {
  const where = `${oneLine(file)}${location ? ` at ${oneLine(location)}` : ''}`;
  const times = count > 1 ? ` (${count} times)` : '';
  return `${severity} ${rule}, ${where}: ${cut(oneLine(message), 300)}${times} To fix: ${cut(oneLine(fix), 300)}`;
}

const PUBLISHED: Partial<Record<Part, string>> = {
  owner: 'Your submission',
  editor: 'Your submission',
  viewer: 'A submission that is shared with you',
};

const isReviewer = (as: Part): boolean => as === 'assignee' || as === 'curator';
/** Whether it is the reader's own work. */
const mine = (as: Part): boolean => as === 'owner' || as === 'editor';
const by = (actor: string | null, otherwise: string): string => (actor ? oneLine(actor) : otherwise);
const some = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
const minuteOf = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

function sizeOf(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`;
}
