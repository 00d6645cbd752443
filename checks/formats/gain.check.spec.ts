import { describe, expect, it } from 'vitest';
import { fileOf, mrcBytes } from '../../test/sample-files.js';
import type { SourceFile } from '../check.js';
import { runCheck } from '../run-checks.js';
import { damaged } from '../samples/damage.js';
import { dmBytes } from '../samples/dm.js';
import { eerPage, type TiffPage, tiffBytes } from '../samples/tiff.js';
import { gainCheck } from './gain.check.js';
import type { TIFF_RULES } from './tiff-rules.js';

const OPTIONS = { schema: null, full: true };

const run = (file: SourceFile) => runCheck(gainCheck, file, OPTIONS);
const gain = (bytes: Uint8Array) => fileOf('frames/20230606.gain', bytes);
const pages = (...all: readonly Partial<TiffPage>[]) => gain(tiffBytes({ pages: all }));
const FLOATS = { bits: 32, format: 3 };

describe('gain check', () => {
  it('finds nothing wrong with a sound reference', async () => {
    const { findings, facts } = await run(pages(FLOATS));

    expect(findings).toEqual([]);
    expect(facts).toMatchObject({ format: 'tiff', dimensions: [20, 10, 1], dtype: 'float32' });
  });

  /** The rules of gain references alone, and the least that breaks each. */
  const BROKEN: Record<Exclude<keyof typeof gainCheck.rules, keyof typeof TIFF_RULES>, [string, SourceFile]> = {
    other_format: ['a sound DM4 image', gain(dmBytes())],
    is_movie: ['a movie', pages(eerPage())],
    many_images: ['two images', pages(FLOATS, FLOATS)],
    colour: ['a picture in colour', pages({ samples: 3, bits: 8 })],
  };
  const rows = Object.entries(BROKEN).map(([rule, [what, file]]) => ({ rule, what, file }));
  it.each(rows)('reports $what as $rule', async ({ rule, file }) => {
    expect((await run(file)).findings.map((finding) => finding.rule)).toEqual([rule]);
  });

  it.each([
    ['an empty file', Buffer.alloc(0), 'empty_file'],
    ['a gzip archive', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), 'content'],
    ['a reference cut short', tiffBytes({ pages: [FLOATS], trim: 1 }), 'truncated'],
  ])('judges by the rules of TIFF: %s', async (_, bytes, rule) => {
    expect((await run(gain(bytes))).findings.map((finding) => finding.rule)).toEqual([rule]);
  });

  it('says that it is an MRC file, and judges it by the rules of MRC', async () => {
    const { findings, facts } = await run(gain(mrcBytes({ nz: 1, spaceGroup: 0, trim: 1 })));

    expect(findings.map(({ check, rule }) => [check, rule])).toEqual([
      ['gain', 'other_format'],
      ['mrc', 'truncated'],
    ]);
    expect(findings[0]?.message).toContain('an MRC image');
    expect(facts).toMatchObject({ format: 'mrc', dimensions: [6, 5, 1] });
  });

  it('takes an MRC file that begins as DM does for what it is', async () => {
    const { facts } = await run(gain(mrcBytes({ nx: 4, nz: 1, order: 'big', spaceGroup: 0 })));
    expect(facts).toMatchObject({ format: 'mrc', dimensions: [4, 5, 1] });
  });

  it('says nothing of the voxels of an MRC file, since a reference has no scale', async () => {
    const { findings } = await run(gain(mrcBytes({ nz: 1, spaceGroup: 0, cell: [0, 0, 0] })));
    expect(findings.map(({ rule }) => rule)).toEqual(['other_format']);
  });

  it('says that it is a DM3 file, and judges it by the rules of DM', async () => {
    const { findings, facts } = await run(gain(dmBytes({ version: 3, trim: 1 })));

    expect(findings.map(({ check, rule }) => [check, rule])).toEqual([
      ['gain', 'other_format'],
      ['dm', 'truncated'],
    ]);
    expect(facts).toMatchObject({ format: 'dm', version: 3 });
  });

  it.each([
    ['TIFF', tiffBytes({ pages: [FLOATS] })],
    ['MRC', mrcBytes({ nz: 1 })],
    ['DM4', dmBytes()],
  ])('never breaks on damaged files: %s', async (_, bytes) => {
    for (const spoiled of damaged(bytes, 600, 47)) {
      const { cause } = await run(gain(spoiled));
      expect(cause, spoiled.toString('hex')).toBeUndefined();
    }
  });
});
