/** Which files came, went, changed or have another name? By their digests: no file is read. Pure. */

export type ManifestRow = readonly [path: string, size: number, sha256: string];

export interface FileChange {
  readonly kind: 'added' | 'removed' | 'changed' | 'renamed';
  /** Where it is now; of what was removed: where it was. */
  readonly path: string;
  /** Of what has another name: the one before. */
  readonly from: string | null;
  readonly before: Content | null;
  readonly after: Content | null;
}
interface Content {
  readonly size: number;
  readonly sha256: string;
}

/** By path. A file that went is one with the same bytes that came, the first of either by path, and each once. */
export function fileDifferences(before: readonly ManifestRow[], after: readonly ManifestRow[]): FileChange[] {
  const was = new Map(before.map((row) => [row[0], row]));
  const now = new Set(after.map(([path]) => path));
  const gone = new Map<string, ManifestRow[]>();
  for (const row of before) if (!now.has(row[0])) gone.set(row[2], [...(gone.get(row[2]) ?? []), row]);

  const changes = after.flatMap((row): FileChange[] => {
    const old = was.get(row[0]);
    if (old?.[2] === row[2]) return [];
    if (old) return [change('changed', old, row)];
    const oldName = gone.get(row[2])?.shift();
    return [oldName ? change('renamed', oldName, row) : change('added', null, row)];
  });
  const removed = [...gone.values()].flat().map((row) => change('removed', row, null));
  return [...changes, ...removed].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function change(kind: FileChange['kind'], before: ManifestRow | null, after: ManifestRow | null): FileChange {
  return {
    kind,
    path: (after ?? before)?.[0] ?? '',
    from: kind === 'renamed' ? (before?.[0] ?? null) : null,
    before: before && contentOf(before),
    after: after && contentOf(after),
  };
}

const contentOf = ([, size, sha256]: ManifestRow): Content => ({ size, sha256 });
