import { describe, expect, it } from 'vitest';
import type { TomographyFacts } from '../../formats/tomography-facts.js';
import { ANNOTATIONS, runFile, soundDataset, soundDeposition, soundRun, withFiles } from '../../samples/deposition.js';
import { randoms } from '../../samples/spoiled.js';
import { maskFacts, photoFacts, tiltSeriesFacts, zarrFacts } from '../../samples/tomography-facts.js';
import type { Dataset, Deposition, Run } from '../deposition.js';
import { cellsOf } from '../matrix.js';
import { RULES } from './index.js';

/** Numbers that a header may hold. */
const NUMBERS = [0, -1, 1, 0.5, 1e-30, 1e30, -1e30, 2 ** 31, 2 ** 53, Number.MIN_VALUE, Number.MAX_VALUE] as const;

/** With something in it another: deep down as well as at the top. */
function spoilt<T>(value: T, random: () => number): T {
  const pick = <One>(list: readonly One[]): One | undefined => list[Math.floor(random() * list.length)];
  if (Array.isArray(value)) {
    // Shorter ones are of a fixed length.
    if (value.length === 0 || (value.length > 6 && random() < 0.2))
      return value.slice(0, Math.floor(random() * value.length)) as T;
    const at = Math.floor(random() * value.length);
    return value.map((one, i) => (i === at ? spoilt(one, random) : one)) as T;
  }
  if (typeof value === 'object' && value !== null) {
    const name = pick(Object.keys(value).filter((key) => key !== 'format'));
    return name === undefined ? value : { ...value, [name]: spoilt(value[name as keyof T], random) };
  }
  if (typeof value === 'number') return (pick(NUMBERS) ?? 0) as T;
  return value;
}

function spoiltRun(name: string, random: () => number): Run {
  const run = withFiles(
    soundRun({ name, alignment: random() < 0.5 ? 'IMOD' : 'ARETOMO' }),
    runFile(`${name}/${name}_rec.zarr`, 'tomogram', zarrFacts(), 'raw'),
    runFile(`${name}/other.mrc`, 'annotation', maskFacts(), 'membrane'),
  );
  const files = run.files.map((file) => {
    if (random() < 0.6) return file;
    if (random() < 0.1) return { ...file, facts: null };
    if (random() < 0.1) return { ...file, facts: tiltSeriesFacts() };
    return { ...file, facts: spoilt<TomographyFacts | null>(file.facts, random) };
  });
  return { ...run, files: files.filter(() => random() > 0.03), declared: spoilt(run.declared, random) };
}

function spoiltDeposition(random: () => number): Deposition {
  const runs = ['TS_001', 'TS_002', 'TS_003'].map((name) => spoiltRun(name, random));
  const photos = [runFile('photo.png', 'photo', spoilt(photoFacts(), random))];
  const dataset: Dataset = { ...soundDataset({ runs, photos }), annotations: spoilt(ANNOTATIONS, random) };
  const known = [{ id: 'raw', run: 'TS_001', alignment: 'a', dimensions: [1, 1, 1], voxelSize: 0 }] as const;
  const kind = random() < 0.5 ? 'cryoet-dataset' : 'cryoet-annotations';
  return soundDeposition({ kind, datasets: [dataset], known: spoilt(known, random) });
}

describe('the rules between files', () => {
  it('never break, and say something of each run, whatever the facts are', () => {
    const random = randoms(47);
    for (let i = 0; i < 100; i++) {
      const deposition = spoiltDeposition(random);
      const cells = cellsOf(deposition, RULES);

      expect(cells.filter(({ run }) => run !== null).length).toBeGreaterThanOrEqual(3 * RULES.ofRuns.length);
      for (const { findings } of cells)
        for (const { message, fix } of findings) expect(`${message} ${fix}`).not.toMatch(/undefined|\[object|\{\w+\}/);
    }
  });
});
