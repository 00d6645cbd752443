/** What does the gene table of one organism say, in its compact form? Genes sorted by id. */
import { type PackedFile, pack, type Texts } from './packed-file.js';
import type { Gene } from './reference.js';

export type GeneRecord = Omit<Gene, 'organism'>;

/** @throws an Error where an id comes twice */
export function packGenes(genes: readonly GeneRecord[]): Buffer {
  const sorted = genes.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const twice = sorted.find(({ id }, i) => id === sorted[i + 1]?.id);
  if (twice) throw new Error(`The id ${twice.id} comes twice.`);

  const types = [...new Set(sorted.map(({ type }) => type))];
  const places = new Map(types.map((type, place) => [type, place]));
  return pack({
    ids: sorted.map(({ id }) => id),
    names: sorted.map(({ name }) => name),
    lengths: Uint32Array.from(sorted, ({ length }) => length),
    types,
    typeOf: Uint32Array.from(sorted, ({ type }) => places.get(type) ?? 0),
  });
}

export class PackedGenes {
  private readonly ids: Texts;
  private readonly names: Texts;
  private readonly lengths: Uint32Array;
  private readonly types: Texts;
  private readonly typeOf: Uint32Array;

  constructor(
    private readonly organism: string,
    file: PackedFile,
  ) {
    this.ids = file.texts('ids');
    this.names = file.texts('names');
    this.lengths = file.numbers('lengths');
    this.types = file.texts('types');
    this.typeOf = file.numbers('typeOf');
  }

  gene(id: string): Gene | null {
    const place = this.ids.indexOf(id);
    if (place < 0) return null;
    return {
      ...{ id, name: this.names.at(place), organism: this.organism },
      ...{ length: this.lengths[place] ?? 0, type: this.types.at(this.typeOf[place] ?? 0) },
    };
  }
}
