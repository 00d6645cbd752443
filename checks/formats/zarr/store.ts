/** Does everything in the store belong there? What listing it found, and what is neither metadata nor a chunk. */
import { METADATA, type Store } from '../../readers/zarr-nodes.js';
import type { TreeFault } from '../../readers/zarr-tree.js';
import { byRule, type Judgement, placesOf, shown, type ZarrPen } from './saying.js';

/** Of metadata that cannot be read, each is told, up to this many. */
const MOST_BROKEN = 20;

/** Faults of one kind are one finding, at the first of their keys. */
export function* tellFaults(faults: readonly TreeFault[], pen: ZarrPen): Judgement {
  for (const [rule, some] of byRule(faults)) {
    const [first] = some;
    if (!first) continue;
    const keys = some.flatMap((fault) => ('key' in fault ? fault.key : []));
    const [location] = keys;
    const where = location === undefined ? {} : { location: shown(location), ...placesOf(keys) };
    const { key: _, ...told } = { key: null, ...first };
    yield pen.report(rule, { ...told, ...where });
  }
}

export function* judgeStore({ broken, mixed, loose, below }: Store, pen: ZarrPen): Judgement {
  for (const { rule, key, why } of broken.slice(0, MOST_BROKEN))
    yield pen.report(rule, { location: shown(key), why, found: why });
  if (mixed.length > 0) yield pen.report('mixed_versions', placesOf(mixed.map((path) => path || '/')));

  // Programs that convert images of microscopes keep their metadata there.
  const stray = loose.filter((key) => !key.startsWith('OME/'));
  if (stray.length > 0) yield pen.report('stray_files', placesOf(stray));
  for (const [path, keys] of below) {
    const nested = keys.filter((key) => METADATA.includes(key.slice(key.lastIndexOf('/') + 1)));
    if (nested.length > 0) yield pen.report('nested', { location: shown(path || '/'), ...placesOf(nested) });
  }
}
