/** Whose content is compared with whose? A data set with itself, whatever its file is called; any other file by its path. Pure. */
import { type Thing, wholeThings } from '../../checks/whole-things.js';
import { inLongestRun } from './longest-run.js';
import type { Side } from './sides.service.js';

export interface Pair {
  readonly path: string;
  readonly datasetId: string | null;
  readonly before: Thing | null;
  readonly after: Thing | null;
  readonly title: { readonly before: string | null; readonly after: string | null } | null;
  readonly position: { readonly before: number; readonly after: number } | null;
}
type Brought = Pick<Side, 'files' | 'datasets'>;

/** Those with other bytes, another title or another place, by path. A file that only has another name is no other content. */
export function pairedContents(before: Brought, after: Brought): Pair[] {
  const [was, now] = [placed(before), placed(after)];
  const kept = after.datasets.flatMap(({ id }) => (was.datasets.has(id) ? [id] : []));
  const still = inLongestRun(kept.map((id) => was.datasets.get(id)?.position ?? 0));
  const moved = new Set(kept.filter((_, i) => !still[i]));
  const elsewhere = new Set([...was.things.values()].map(({ sha256 }) => sha256));
  const stayed = new Set([...now.things.values()].map(({ sha256 }) => sha256));

  const pairs: Pair[] = [];
  for (const key of new Set([...was.things.keys(), ...now.things.keys()])) {
    const [old, current] = [was.things.get(key) ?? null, now.things.get(key) ?? null];
    const [from, to] = [was.datasets.get(key), now.datasets.get(key)];
    const title = from && to && from.title !== to.title ? { before: from.title, after: to.title } : null;
    const position = from && to && moved.has(key) ? { before: from.position, after: to.position } : null;
    const isRenamed = old === null ? elsewhere.has(current?.sha256 ?? '') : current === null && stayed.has(old.sha256);
    if ((old?.sha256 === current?.sha256 || isRenamed) && !title && !position) continue;
    const path = (current ?? old)?.path ?? '';
    pairs.push({ path, datasetId: (to ?? from)?.id ?? null, before: old, after: current, title, position });
  }
  return pairs.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** By what tells it from the others in both: the data set's id, or else the path. */
function placed({ files, datasets }: Brought) {
  const byId = new Map(datasets.map((dataset, i) => [dataset.id, { ...dataset, position: i + 1 }]));
  const idOf = new Map(datasets.map(({ id, path }) => [path, id]));
  const things = wholeThings(files.map(([path, size, sha256]) => ({ path, size, sha256 })));
  return { datasets: byId, things: new Map(things.map((thing) => [idOf.get(thing.path) ?? thing.path, thing])) };
}
