/** What does the XML in an EER file tell of its acquisition? Items with names; a document type is refused. */
import { SaxesParser } from 'saxes';

/** Tags of EER: XML of the acquisition, and widths of what 65002 packs. */
export const EER_TAGS = { acquisition: 65001, runBits: 65007, columnBits: 65008, rowBits: 65009 } as const;

/** Real ones have some kilobytes. */
export const MOST_XML = 2 ** 20;
const MOST_ITEMS = 500;
const MOST_LETTERS = 500;

/** By their names, or why it cannot be read: a clause. */
export function acquisitionOf(bytes: Uint8Array): Readonly<Record<string, string>> | string {
  const items = new Map<string, string>();
  let name: string | null = null;
  let fault: string | null = null;
  const parser = new SaxesParser();
  parser.on('doctype', () => {
    fault ??= 'it has a document type';
  });
  parser.on('error', (error) => {
    fault ??= error.message.slice(0, MOST_LETTERS);
  });
  parser.on('opentag', (tag) => {
    const named = tag.attributes.name;
    name = tag.name === 'item' && typeof named === 'string' ? named.slice(0, MOST_LETTERS) : null;
    if (name !== null && items.size < MOST_ITEMS) items.set(name, '');
  });
  const add = (text: string) => {
    const before = name === null ? undefined : items.get(name);
    if (name !== null && before !== undefined) items.set(name, (before + text).slice(0, MOST_LETTERS));
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    name = null;
  });
  try {
    // Some writers end it with zeros, as C does.
    for (const piece of inPieces(new TextDecoder().decode(bytes).replace(/\0+$/, ''))) {
      parser.write(piece);
      if (fault !== null) return fault;
    }
    parser.close();
  } catch (error) {
    fault ??= error instanceof Error ? error.message.slice(0, MOST_LETTERS) : 'it is no XML';
  }
  return fault ?? Object.fromEntries(Array.from(items, ([key, text]) => [key, text.trim()]));
}

/** So that nothing is read behind a fault. */
function* inPieces(text: string): Generator<string, void> {
  for (let at = 0; at < text.length; at += 4096) yield text.slice(at, at + 4096);
}
