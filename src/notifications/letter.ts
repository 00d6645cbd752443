/** How does what somebody is told look? A few kinds of blocks; their text and their HTML say the same, word for word. */

export type Block =
  | { readonly kind: 'say'; readonly text: string }
  /** Somebody's own words. */
  | { readonly kind: 'quote'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'link'; readonly text: string; readonly url: string };

export interface Letter {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export const say = (text: string): Block => ({ kind: 'say', text });
/** Nothing where nobody has said anything. */
export const quote = (text: string | null): Block[] => (text?.trim() ? [{ kind: 'quote', text: text.trim() }] : []);
export const list = (items: readonly string[]): Block[] => (items.length > 0 ? [{ kind: 'list', items }] : []);
export const link = (text: string, url: string): Block => ({ kind: 'link', text, url });

/** On one line, and without what makes letters run backwards: for titles, names and subjects. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();

export const cut = (text: string, length: number): string => {
  const letters = [...text];
  return letters.length > length ? `${letters.slice(0, length - 1).join('')}…` : text;
};

export const textOf = (blocks: readonly Block[]): string => blocks.map(textOfBlock).join('\n\n');

function textOfBlock(block: Block): string {
  switch (block.kind) {
    case 'say':
      return block.text;
    case 'quote':
      return linesOf(block.text)
        .map((line) => `> ${line}`)
        .join('\n');
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
    case 'link':
      return `${block.text}: ${block.url}`;
  }
}

const STYLE = 'font-family:system-ui,sans-serif;line-height:1.5;max-width:40em';

export const htmlOf = ({ title, blocks }: Letter): string =>
  [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head>`,
    `<body style="${STYLE}">`,
    ...blocks.map(htmlOfBlock),
    '</body></html>',
  ].join('\n');

function htmlOfBlock(block: Block): string {
  switch (block.kind) {
    case 'say':
      return `<p>${escaped(block.text)}</p>`;
    case 'quote':
      return `<blockquote>${linesOf(block.text).map(escaped).join('<br>\n')}</blockquote>`;
    case 'list':
      return `<ul>\n${block.items.map((item) => `<li>${escaped(item)}</li>`).join('\n')}\n</ul>`;
    case 'link':
      return `<p>${escaped(block.text)}: <a href="${escaped(block.url)}">${escaped(block.url)}</a></p>`;
  }
}

const linesOf = (text: string): string[] => text.split(/\r\n|[\r\n\p{Zl}\p{Zp}]/u);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
