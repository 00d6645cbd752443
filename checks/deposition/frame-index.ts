/** Which MDOCs name a file as frames? */
import type { MdocFacts } from '../formats/tomography-facts.js';
import { baseNameOf, frameKey, LIKENESSES, type Likeness } from './frame-names.js';

/** An MDOC, and the run it belongs to. */
export interface PlacedMdoc {
  readonly path: string;
  readonly dataset: string;
  readonly run: string;
  readonly facts: MdocFacts;
}

export function indexFrames(mdocs: readonly PlacedMdoc[]) {
  const byKey = new Map(LIKENESSES.map((likeness) => [likeness, new Map<string, PlacedMdoc[]>()]));
  for (const mdoc of mdocs)
    for (const path of mdoc.facts.framePaths)
      if (path) for (const [likeness, keys] of byKey) plant(keys, frameKey(baseNameOf(path), likeness), mdoc);

  /** Those that name a file so, by the greatest likeness at which any does. */
  return function mdocsNaming(name: string, likenesses: readonly Likeness[] = LIKENESSES): readonly PlacedMdoc[] {
    for (const likeness of likenesses) {
      const found = byKey.get(likeness)?.get(frameKey(name, likeness));
      if (found) return found;
    }
    return [];
  };
}

function plant(keys: Map<string, PlacedMdoc[]>, key: string, mdoc: PlacedMdoc): void {
  const beside = keys.get(key);
  if (!beside) keys.set(key, [mdoc]);
  else if (beside.at(-1) !== mdoc) beside.push(mdoc);
}
