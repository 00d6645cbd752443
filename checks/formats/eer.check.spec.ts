import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import type { SourceFile } from '../check.js';
import { runCheck } from '../run-checks.js';
import { damaged } from '../samples/damage.js';
import { eerPage, legacyEerBytes, type TiffParts, tiffBytes } from '../samples/tiff.js';
import { eerCheck } from './eer.check.js';
import type { TIFF_RULES } from './tiff-rules.js';

const QUICK = { schema: null, full: false };
const FULL = { schema: null, full: true };

const run = (file: SourceFile, options = QUICK) => runCheck(eerCheck, file, options);
const rulesOf = async (file: SourceFile, options = QUICK) =>
  (await run(file, options)).findings.map(({ rule }) => rule).sort();
const eer = (page: Parameters<typeof eerPage>[0] = {}, parts: Partial<TiffParts> = {}) =>
  fileOf('frames/TS_001_000_0.0.eer', tiffBytes({ pages: [eerPage(page), eerPage(page), eerPage(page)], ...parts }));
const legacy = (parts: Parameters<typeof legacyEerBytes>[0] = {}) => fileOf('a.eer', legacyEerBytes(parts));
const said = (xml: string) => eer({ xml: `<?xml version="1.0"?>\n${xml}` });

/** With its own widths of packing: runs, columns and rows. */
const packedBy = (...tags: readonly number[]) =>
  eer({ compression: 65002, tags: Object.fromEntries(tags.map((tag) => [tag, { type: 3, values: [7] }])) });

describe('eer check', () => {
  it.each([
    ['eer 8-bit', eer({ compression: 65000 })],
    ['eer 7-bit', eer({ compression: 65001 })],
    ['eer', packedBy(65007, 65008, 65009)],
    ['eer', packedBy(65007, 65008)],
    ['eer 7-bit', eer({ width: 2048, height: 2048, rowsPerStrip: 2048 })],
    ['eer 7-bit', eer({}, { isBig: true })],
  ])('finds nothing wrong with a sound movie of compression %s', async (compression, file) => {
    const { findings, facts } = await run(file, FULL);

    expect(findings).toEqual([]);
    expect(facts).toMatchObject({ format: 'eer', compression, pixelSize: null });
    expect(facts.acquisition).toEqual({ exposureTime: '1.5', numberOfFrames: '3' });
  });

  it('counts frames, and not the sum of them that comes first', async () => {
    const sum = { width: 40, height: 40, rowsPerStrip: 40 };
    const file = fileOf('a.eer', tiffBytes({ pages: [sum, eerPage(), eerPage(), eerPage()] }));

    const { findings, facts } = await run(file);
    expect([findings, facts.dimensions]).toEqual([[], [4096, 4096, 3]]);
  });

  it('counts the frames of before TIFF, of which no size is known', async () => {
    const { findings, facts } = await run(legacy({ frames: 5 }));

    expect(findings.map(({ rule, found }) => [rule, found])).toEqual([['legacy', '5']]);
    expect(facts).toEqual({ legacyFrames: 5 });
  });

  /** The rules of EER alone, and the least that breaks each. */
  const BROKEN: Record<
    Exclude<keyof typeof eerCheck.rules, keyof typeof TIFF_RULES>,
    [what: string, file: SourceFile, ...also: string[]]
  > = {
    no_frames: ['a TIFF of other pages', fileOf('a.eer', tiffBytes())],
    frame_size: ['frames of another camera', eer({ width: 4096, height: 2048, rowsPerStrip: 2048 })],
    packing_unsaid: ['frames of unknown packing', packedBy(65009)],
    no_acquisition: ['nothing about the acquisition', eer({ tags: { 65001: null } })],
    acquisition: ['an acquisition in broken XML', said('<metadata><item name="a">1</metadata>')],
    frame_count: [
      'fewer frames than were acquired',
      said('<metadata><item name="numberOfFrames">40</item></metadata>'),
    ],
    legacy: ['frames of before TIFF', legacy()],
    detector_error: ['a frame that the detector marked', legacy({ footer: 'ERR00' }), 'legacy'],
    legacy_broken: ['frames whose beginning is lost', legacy({ before: 16 }), 'legacy'],
  };
  const rows = Object.entries(BROKEN).map(([rule, [what, file, ...also]]) => ({ rule, what, file, also }));
  it.each(rows)('reports $what as $rule', async ({ rule, file, also }) => {
    expect(await rulesOf(file)).toEqual([rule, ...also].sort());
    expect(await rulesOf(file, FULL)).toEqual([rule, ...also].sort());
  });

  it.each([
    ['an empty file', fileOf('a.eer', Buffer.alloc(0)), 'empty_file'],
    ['an MRC file', fileOf('a.eer', Buffer.alloc(2000, 5)), 'magic'],
    ['a movie cut short', eer({}, { trim: 3 }), 'truncated'],
  ])('judges by the rules of TIFF, too: %s', async (_, file, rule) => {
    expect(await rulesOf(file)).toContain(rule);
  });

  it('refuses a document type, and expands nothing', async () => {
    const { findings, facts } = await run(
      said(
        '<!DOCTYPE metadata [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><metadata><item name="x">&b;</item></metadata>',
      ),
    );

    expect(findings.map(({ rule, found }) => [rule, found])).toEqual([['acquisition', 'it has a document type']]);
    expect(facts.acquisition).toBeUndefined();
  });

  it('keeps no more of what is said than can be shown', async () => {
    const items = Array.from({ length: 5000 }, (_, i) => `<item name="i${i}">${'x'.repeat(i === 0 ? 9999 : 1)}</item>`);
    const { facts } = await run(said(`<metadata>${items.join('')}</metadata>`));

    const acquisition = Object.entries(facts.acquisition as Record<string, string>);
    expect(acquisition.length).toBe(500);
    expect(acquisition[0]).toEqual(['i0', 'x'.repeat(500)]);
  });

  it('does not read what is said at too great length', async () => {
    expect(await rulesOf(eer({ xml: ' '.repeat(2 ** 20 + 1) }))).toEqual(['acquisition']);
  });
});

describe('eer check of damaged files', () => {
  it.each([
    ['TIFF', tiffBytes({ pages: [eerPage(), eerPage()] })],
    ['of before TIFF', legacyEerBytes({ frames: 6 })],
  ])('never breaks on them: %s', async (_, bytes) => {
    for (const spoiled of damaged(bytes, 1500, 44)) {
      const { cause } = await run(fileOf('a.eer', spoiled), FULL);
      expect(cause, spoiled.toString('hex')).toBeUndefined();
    }
  });

  it('never breaks on damaged XML', async () => {
    const xml = '<metadata><item name="exposureTime" unit="s">1.5</item><!-- --><a:b/><![CDATA[x]]>&amp;</metadata>';
    for (const spoiled of damaged(Buffer.from(xml), 1500, 45)) {
      const values = [...spoiled];
      const { cause } = await run(eer({ tags: { 65001: { type: 7, values } } }));
      expect(cause, spoiled.toString('hex')).toBeUndefined();
    }
  });

  it('goes along frames of before TIFF without reading them', async () => {
    const bytes = legacyEerBytes({ frames: 2000 });
    let read = 0;
    const file: SourceFile = {
      ...fileOf('a.eer', bytes),
      read: async (offset, length) => {
        read += length;
        return bytes.subarray(offset, offset + length);
      },
    };

    expect(await rulesOf(file)).toEqual(['legacy']);
    expect(read).toBeLessThan(2000 * 40);
  });

  it('ends where a file of before TIFF has frames without end', async () => {
    expect(await rulesOf(legacy({ frames: 65_537 }))).toEqual(['page_count']);
  });
});
