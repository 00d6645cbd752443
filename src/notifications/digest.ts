/** What does the mail of a day say? Everything that was held for it, the submissions in the order of their news. */
import { type Block, cut, type Letter, link, list, oneLine, say } from './letter.js';

/** A notice as it lies in the list. */
export interface Noticed extends Letter {
  readonly submissionId: string | null;
  /** The title of the submission, with its accession; null: it is about none, or one that was deleted. */
  readonly about: string | null;
  readonly link: string;
}

/** More are in the list, and nobody reads them in a mail. */
const MOST = 60;
const LINE = 300;

const some = (count: number): string => `${count} ${count === 1 ? 'notice' : 'notices'}`;

/** @param notices the oldest first; at least one */
export function digestOf(notices: readonly Noticed[]): Letter {
  const shown = notices.slice(0, MOST);
  const left = notices.length - shown.length;
  const groups = new Map<string, Noticed[]>();
  for (const notice of shown) groups.set(keyOf(notice), [...(groups.get(keyOf(notice)) ?? []), notice]);
  return {
    title: `Your mail of the day: ${some(notices.length)}`,
    blocks: [
      say('What has happened since the last mail of this kind:'),
      ...[...groups.values()].flatMap(blocksOf),
      ...(left > 0 ? [say(`And ${left} more: they are in your list.`)] : []),
    ],
  };
}

const keyOf = ({ submissionId, link }: Noticed): string => submissionId ?? link;

function blocksOf(group: readonly Noticed[]): Block[] {
  const [first] = group;
  if (!first) return [];
  const heading = first.about ? [say(first.about)] : [];
  return [...heading, ...list(group.map(lineOf)), link('Open it', first.link)];
}

/** `Changes requested: A curator asks for changes to your submission.` */
function lineOf({ title, about, blocks }: Noticed): string {
  const subject = about && title.endsWith(`: ${about}`) ? title.slice(0, -about.length - 2) : title;
  const said = blocks.find((block) => block.kind === 'say')?.text ?? '';
  return cut(oneLine(said ? `${subject}: ${said}` : subject), LINE);
}
