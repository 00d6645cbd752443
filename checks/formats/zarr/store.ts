/** Does everything in the store belong there? What listing it found, and what is neither metadata nor a chunk. */
import type { Said } from '../../check.js';
import { METADATA, type Store } from '../../readers/zarr-nodes.js';
import type { TreeFault } from '../../readers/zarr-tree.js';
import { byRule, type Judgement, placesOf, shown, type ZarrPen } from './saying.js';

/** Faults of one kind are one finding each where the key tells them apart, up to this many. */
const MOST_OF_A_KIND = 20;

export function* tellFaults(faults: readonly TreeFault[], pen: ZarrPen): Judgement {
  for (const [rule, some] of byRule(faults))
    for (const fault of some.slice(0, MOST_OF_A_KIND)) yield tellFault(rule, fault, pen);
}

function tellFault(rule: TreeFault['rule'], fault: TreeFault, pen: ZarrPen): Said {
  if ('key' in fault) return pen.report(rule, { location: shown(fault.key), why: fault.why });
  return pen.report(rule, fault.rule === 'zip_bomb' ? { bytes: fault.bytes, ratio: fault.ratio } : { ...fault });
}

export function* judgeStore({ broken, mixed, loose, below }: Store, pen: ZarrPen): Judgement {
  for (const { rule, key, why } of broken.slice(0, MOST_OF_A_KIND))
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
