/** How does a notice look in Slack? In plain text, where nothing that somebody wrote calls a channel or is a link. */
import { type Block, cut, type Letter, oneLine, textOf } from '../../src/notifications/letter.js';

/** What Slack takes; longer is refused as a whole. */
const HEADER = 150;
const SECTION = 3_000;

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}
type SlackBlock =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: PlainText | { readonly type: 'mrkdwn'; readonly text: string } };

export interface SlackMessage {
  /** What a notification on a screen says; Slack reads marks in it. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/** Slack's three characters of control: without them there is no mention, no channel and no link. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const plain = (text: string): PlainText => ({ type: 'plain_text', text, emoji: false });

/** Not within a character: Slack counts as JavaScript does. */
function shortened(text: string, units: number): string {
  if (text.length <= units) return text;
  return `${text.slice(0, units - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

export function slackMessageOf({ title, blocks }: Letter): SlackMessage {
  const heading = oneLine(title);
  const isLink = (block: Block) => block.kind === 'link';
  const words = textOf(blocks.filter((block) => !isLink(block)));
  return {
    text: escaped(cut(heading, HEADER)),
    blocks: [
      { type: 'header', text: plain(shortened(heading, HEADER)) },
      ...(words ? [{ type: 'section', text: plain(shortened(words, SECTION)) } as const] : []),
      ...blocks.filter((block) => block.kind === 'link').map(linkTo),
    ],
  };
}

/** Of ours alone: `|` would end the address. */
const linkTo = ({ text, url }: Extract<Block, { kind: 'link' }>): SlackBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text: `<${escaped(new URL(url).href).replaceAll('|', '%7C')}|${escaped(oneLine(text))}>` },
});
