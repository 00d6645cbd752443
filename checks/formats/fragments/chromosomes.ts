/** Which chromosomes have fragments, how many, and do these end within them? By the lengths of every organism there may be. */
import { FRAGMENT_SCHEMA } from '../../schemas/fragments.js';

const ORGANISMS = Object.entries(FRAGMENT_SCHEMA.chromosomes);
/** Names that are kept, beside those that are known; fragments of further ones are counted together. */
const MOST_STRANGE = 50;
const LONGEST_NAME = 80;

/** What is learnt of a chromosome. */
export interface ChromosomeFacts {
  readonly name: string;
  readonly fragments: number;
  /** The largest stop. */
  readonly lastStop: number;
  /** By organism that has a chromosome of the name: fragments that end beyond it. */
  readonly beyond: Readonly<Record<string, number>>;
}

export class Chromosome {
  fragments = 0;
  lastStop = 0;
  /** In the order of `ORGANISMS`. */
  private readonly lengths: readonly number[];
  private readonly beyond: number[];
  /** The longest of the name in any organism; 0 where none has one. */
  readonly longest: number;

  constructor(
    readonly number: number,
    readonly name: string,
  ) {
    this.lengths = ORGANISMS.map(([, lengths]) => (Object.hasOwn(lengths, name) ? (lengths[name] ?? 0) : 0));
    this.beyond = this.lengths.map(() => 0);
    this.longest = Math.max(...this.lengths);
  }

  get isKnown(): boolean {
    return this.longest > 0;
  }

  add(stop: number): void {
    this.fragments++;
    if (stop > this.lastStop) this.lastStop = stop;
    for (let i = 0; i < this.lengths.length; i++) {
      if (stop > (this.lengths[i] ?? 0)) this.beyond[i] = (this.beyond[i] ?? 0) + 1;
    }
  }

  facts(): ChromosomeFacts {
    const { name, fragments, lastStop } = this;
    const beyond = ORGANISMS.flatMap(([organism], i) =>
      (this.lengths[i] ?? 0) > 0 ? [[organism, this.beyond[i] ?? 0] as const] : [],
    );
    return { name, fragments, lastStop, beyond: Object.fromEntries(beyond) };
  }
}

/** Those of a file, by the bytes of their names. */
export class Chromosomes {
  readonly all: Chromosome[] = [];
  private readonly byName = new Map<string, Chromosome>();
  private strange = 0;
  /** The one met last of those whose names end alike: a string for each line would take half of the time. */
  private readonly met: { readonly name: Uint8Array; readonly chromosome: Chromosome }[] = [];

  named(bytes: Buffer, from: number, end: number): Chromosome {
    const place = ((bytes[end - 1] ?? 0) + 7 * (bytes[end - 2] ?? 0) + 31 * (end - from)) & 0xff;
    const met = this.met[place];
    if (met && isSame(met.name, bytes, from, end)) return met.chromosome;
    const name = bytes.toString('latin1', from, Math.min(end, from + LONGEST_NAME));
    const chromosome = this.byName.get(name) ?? this.make(name);
    this.met[place] = { name: Uint8Array.from(bytes.subarray(from, end)), chromosome };
    return chromosome;
  }

  private make(name: string): Chromosome {
    const made = new Chromosome(this.all.length, name);
    if (!made.isKnown && ++this.strange > MOST_STRANGE) return this.others();
    this.all.push(made);
    this.byName.set(name, made);
    return made;
  }

  private others(): Chromosome {
    const name = 'others';
    const known = this.byName.get(name) ?? new Chromosome(this.all.length, name);
    if (known.number === this.all.length) this.all.push(known);
    this.byName.set(name, known);
    return known;
  }
}

function isSame(name: Uint8Array, bytes: Uint8Array, from: number, end: number): boolean {
  if (name.length !== end - from) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[from + i]) return false;
  return true;
}
