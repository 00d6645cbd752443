/** What does somebody want to hear of? A submission, the queue, or what is theirs alone. */
import { nearest } from '../platform/nearest.js';

export interface Topics {
  readonly submissions: ReadonlySet<string>;
  readonly queue: boolean;
  readonly me: boolean;
}

/** One stream is for one browser: what its tabs show. */
const MOST_SUBMISSIONS = 50;
const FORMS = ['submission:{id}', 'queue', 'me'] as const;
const SUBMISSION = /^submission:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Or what is wrong with them, in a sentence. */
export function topicsIn(list: string): Topics | string {
  const submissions = new Set<string>();
  const words = new Set<string>();
  for (const topic of list.split(',').map((each) => each.trim())) {
    const id = SUBMISSION.exec(topic)?.[1];
    if (id) submissions.add(id.toLowerCase());
    else if (topic === 'queue' || topic === 'me') words.add(topic);
    else return unknown(topic);
  }
  if (submissions.size > MOST_SUBMISSIONS) {
    return `At most ${MOST_SUBMISSIONS} submissions in one stream; these are ${submissions.size}.`;
  }
  return { submissions, queue: words.has('queue'), me: words.has('me') };
}

function unknown(topic: string): string {
  const [word = '', id] = topic.split(':');
  if (word === 'submission' && id !== undefined) {
    return `"${topic}" is no submission: after "submission:" expected is its id, a UUID.`;
  }
  const meant = word && nearest(word, ['submission', 'queue', 'me']);
  const form = FORMS.find((each) => each.startsWith(meant || '-'));
  return form ? `Unknown topic "${topic}": did you mean "${form}"?` : `Unknown topic "${topic}": known are ${KNOWN}.`;
}

const KNOWN = FORMS.map((form) => `"${form}"`).join(', ');
