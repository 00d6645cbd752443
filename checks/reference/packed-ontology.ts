/** What does an ontology say, in its compact form? Terms sorted by id; ancestors are what closing over parents gives. */
import { nearestLabels } from './nearest-labels.js';
import { type PackedFile, pack, type Texts } from './packed-file.js';
import type { Ontology, Term } from './reference.js';

/** A term as it is packed. */
export interface TermRecord extends Term {
  /** Closing over them gives exactly the ancestors that were published. */
  readonly parents: readonly string[];
}

/** @throws an Error where a parent is no term, or an id comes twice */
export function packOntology(terms: readonly TermRecord[]): Buffer {
  const sorted = terms.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const places = new Map(sorted.map(({ id }, place) => [id, place]));
  if (places.size < sorted.length) throw new Error('An id comes twice.');

  const parents = sorted.map(({ id, parents }) =>
    parents.map((parent) => {
      const place = places.get(parent);
      if (place === undefined) throw new Error(`The parent ${parent} of ${id} is no term.`);
      return place;
    }),
  );
  const starts = new Uint32Array(sorted.length + 1);
  parents.forEach((list, i) => {
    starts[i + 1] = (starts[i] ?? 0) + list.length;
  });
  return pack({
    ids: sorted.map(({ id }) => id),
    labels: sorted.map(({ label }) => label),
    replacements: sorted.map(({ replacedBy }) => replacedBy ?? ''),
    deprecated: Uint8Array.from(sorted, ({ isDeprecated }) => Number(isDeprecated)),
    parents: Uint32Array.from(parents.flat()),
    'parents.starts': starts,
  });
}

export class PackedOntology implements Ontology {
  readonly isWhole: boolean;
  private readonly ids: Texts;
  private readonly labels: Texts;
  private readonly replacements: Texts;
  private readonly deprecated: Uint8Array;
  private readonly parents: Uint32Array;
  private readonly starts: Uint32Array;

  constructor(
    readonly name: string,
    file: PackedFile,
    /** Of what shape the ids are that may be terms and are not here; null where all are here. */
    private readonly others: RegExp | null = null,
  ) {
    this.isWhole = others === null;
    this.ids = file.texts('ids');
    this.labels = file.texts('labels');
    this.replacements = file.texts('replacements');
    this.deprecated = file.bytes('deprecated');
    this.parents = file.numbers('parents');
    this.starts = file.numbers('parents.starts');
  }

  term(id: string): Term | null {
    const place = this.ids.indexOf(id);
    return place < 0 ? null : this.termAt(place);
  }

  mayHave(id: string): boolean {
    return this.ids.indexOf(id) >= 0 || (this.others?.test(id) ?? false);
  }

  isBelow(id: string, root: string): boolean {
    const place = this.ids.indexOf(root);
    return place >= 0 && this.above(this.ids.indexOf(id)).has(place);
  }

  ancestors(id: string): ReadonlySet<string> {
    return new Set([...this.above(this.ids.indexOf(id))].map((place) => this.ids.at(place)));
  }

  nearest(text: string, most: number): readonly Term[] {
    const isSought = (place: number) => this.deprecated[place] === 0;
    return nearestLabels(this.labels, text, most, isSought).map((place) => this.termAt(place));
  }

  private termAt(place: number): Term {
    return {
      id: this.ids.at(place),
      label: this.labels.at(place),
      isDeprecated: this.deprecated[place] === 1,
      replacedBy: this.replacements.at(place) || null,
    };
  }

  private above(place: number): Set<number> {
    const found = new Set<number>();
    const waiting = place < 0 ? [] : [place];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const parent of this.parents.subarray(this.starts[next], this.starts[next + 1])) {
        if (found.has(parent)) continue;
        found.add(parent);
        waiting.push(parent);
      }
    }
    return found;
  }
}
