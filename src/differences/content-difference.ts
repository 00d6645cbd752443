/**
 * What is different in the content of files? Told by the facts that checks have learnt of them: of cells, how many there
 * are and of which types; of volumes and tilt series, their sizes and what a voxel measures. Pure.
 */

export type KnownFacts = Readonly<Record<string, unknown>>;

/** Null: the file was not there, or nothing is known of it. */
interface Sides {
  readonly before: KnownFacts | null;
  readonly after: KnownFacts | null;
}

export interface Told {
  readonly fact: string;
  readonly label: string;
  readonly unit: string | null;
  readonly before: unknown;
  readonly after: unknown;
  /** Of numbers. */
  readonly delta: number | null;
}
export interface Listed {
  readonly fact: string;
  readonly label: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}
export interface Counted {
  readonly fact: string;
  readonly label: string;
  readonly terms: readonly { id: string; label: string | null; before: number; after: number; delta: number }[];
}
export interface ContentChange {
  readonly values: readonly Told[];
  readonly lists: readonly Listed[];
  readonly counts: readonly Counted[];
}

/** Facts that are one value, as they are named in the facts of checks; a point leads into one. */
const VALUES: readonly (readonly [fact: string, label: string, unit?: string])[] = [
  ['title', 'Title'],
  ['schemaVersion', 'Version of the schema'],
  ['organism.id', 'Organism'],
  ['cellCount', 'Cells'],
  ['primaryCellCount', 'Primary cells'],
  ['featureCount', 'Genes'],
  ['meanGenesPerCell', 'Mean genes a cell'],
  ['donorCount', 'Donors'],
  ['rawLocation', 'Raw counts'],
  ['matrix.encoding', 'Encoding of the matrix'],
  ['matrix.storedValues', 'Stored values'],
  ['defaultEmbedding', 'Default embedding'],
  ['format', 'Format'],
  ['dimensions', 'Dimensions', 'voxels'],
  ['voxelSize', 'Size of a voxel', 'Å'],
  ['pixelSize', 'Size of a pixel', 'Å'],
  ['pixelSpacing', 'Pixel spacing', 'Å'],
  ['dtype', 'Type of values'],
  ['sections', 'Sections'],
  ['tiltAxisAngle', 'Tilt axis', '°'],
  ['rotationAngle', 'Rotation', '°'],
  ['voltage', 'Voltage', 'kV'],
  ['min', 'Lowest'],
  ['max', 'Highest'],
  ['vertices', 'Vertices'],
  ['triangles', 'Triangles'],
  ['unit', 'Unit of positions'],
];
/** Facts of which only the number matters. */
const NUMBERS: readonly (readonly [fact: string, label: string])[] = [
  ['angles', 'Tilt angles'],
  ['rows', 'Rows'],
  ['levels', 'Levels of resolution'],
];
const LISTS: readonly (readonly [fact: string, label: string])[] = [
  ['obsColumns', 'Columns of obs'],
  ['embeddings', 'Embeddings'],
  ['donors', 'Donors'],
  ['suspensionType', 'Types of suspension'],
];
const COUNTS: readonly (readonly [fact: string, label: string])[] = [
  ['cellType', 'Cell types'],
  ['tissue', 'Tissues'],
  ['assay', 'Assays'],
  ['disease', 'Diseases'],
  ['sex', 'Sexes'],
  ['developmentStage', 'Stages of development'],
  ['selfReportedEthnicity', 'Ethnicities'],
];

/** Where one side is not known, what the other has is told whole; null: there is nothing to tell. */
export function contentDifference({ before, after }: Sides): ContentChange | null {
  const values = [
    ...VALUES.flatMap(([fact, label, unit = null]) => told(fact, label, unit, at(before, fact), at(after, fact))),
    ...NUMBERS.flatMap(([fact, label]) => told(fact, label, null, lengthOf(before, fact), lengthOf(after, fact))),
    ...told('points', 'Points', null, pointsOf(before), pointsOf(after)),
  ];
  const lists = LISTS.flatMap(([fact, label]) => listed(fact, label, namesOf(before, fact), namesOf(after, fact)));
  const counts = COUNTS.flatMap(([fact, label]) => counted(fact, label, termsOf(before, fact), termsOf(after, fact)));
  return values.length + lists.length + counts.length === 0 ? null : { values, lists, counts };
}

function told(fact: string, label: string, unit: string | null, before: unknown, after: unknown): Told[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const delta = typeof before === 'number' && typeof after === 'number' ? after - before : null;
  return [{ fact, label, unit, before, after, delta }];
}

function listed(fact: string, label: string, before: readonly string[], after: readonly string[]): Listed[] {
  const [was, now] = [new Set(before), new Set(after)];
  const added = after.filter((name) => !was.has(name));
  const removed = before.filter((name) => !now.has(name));
  return added.length + removed.length === 0 ? [] : [{ fact, label, added, removed }];
}

type Terms = ReadonlyMap<string, { readonly label: string | null; readonly cells: number }>;

/** Those of which there are others than before, the most first. */
function counted(fact: string, label: string, before: Terms, after: Terms): Counted[] {
  const terms = [...new Set([...before.keys(), ...after.keys()])]
    .map((id) => {
      const [was, is] = [before.get(id), after.get(id)];
      const [from, to] = [was?.cells ?? 0, is?.cells ?? 0];
      return { id, label: is?.label ?? was?.label ?? null, before: from, after: to, delta: to - from };
    })
    .filter(({ delta }) => delta !== 0)
    .sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta) || (a.id < b.id ? -1 : 1));
  return terms.length === 0 ? [] : [{ fact, label, terms }];
}

/** Null where it is not there: older checks, and other formats, have told less. */
function at(facts: KnownFacts | null, fact: string): unknown {
  let value: unknown = facts;
  for (const name of fact.split('.')) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : null;
  return value ?? null;
}

const isObject = (value: unknown): value is KnownFacts => typeof value === 'object' && value !== null;
const listAt = (facts: KnownFacts | null, fact: string): readonly unknown[] | null => {
  const value = at(facts, fact);
  return Array.isArray(value) ? value : null;
};
const lengthOf = (facts: KnownFacts | null, fact: string) => listAt(facts, fact)?.length ?? null;
const namesOf = (facts: KnownFacts | null, fact: string): string[] =>
  (listAt(facts, fact) ?? []).filter((name) => typeof name === 'string');

function pointsOf(facts: KnownFacts | null): number | null {
  const groups = listAt(facts, 'groups');
  if (groups === null) return null;
  return groups.reduce<number>((sum, group) => sum + (isObject(group) ? Number(group.count) || 0 : 0), 0);
}

function termsOf(facts: KnownFacts | null, fact: string): Terms {
  const terms = new Map<string, { label: string | null; cells: number }>();
  for (const term of listAt(facts, fact) ?? []) {
    if (!isObject(term) || typeof term.id !== 'string') continue;
    // A tissue may be there once for each of its types.
    const cells = (terms.get(term.id)?.cells ?? 0) + (Number(term.cells) || 0);
    terms.set(term.id, { label: typeof term.label === 'string' ? term.label : null, cells });
  }
  return terms;
}
