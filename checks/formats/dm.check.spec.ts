import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import type { SourceFile } from '../check.js';
import { runCheck } from '../run-checks.js';
import { damaged } from '../samples/damage.js';
import { type DmParts, dmBytes } from '../samples/dm.js';
import { dmCheck } from './dm.check.js';

const OPTIONS = { schema: null, full: true };

const run = (file: SourceFile) => runCheck(dmCheck, file, OPTIONS);
const rulesOf = async (file: SourceFile) => (await run(file)).findings.map(({ rule }) => rule).sort();
const dm = (parts: Partial<DmParts> = {}) => fileOf(`frames/gain.dm${parts.version ?? 4}`, dmBytes(parts));

describe('dm check', () => {
  it.each([
    [3, 'little'],
    [3, 'big'],
    [4, 'little'],
    [4, 'big'],
  ] as const)('finds nothing wrong with a sound DM%i, %s-endian', async (version, order) => {
    const { findings, facts } = await run(dm({ version, order }));

    expect(findings).toEqual([]);
    expect(facts).toEqual({
      ...{ format: 'dm', version, dimensions: [8, 6, 1], dtype: 'float32' },
      pixelSize: expect.closeTo(1.35, 5),
    });
  });

  it('reads an image that stands alone, without a thumbnail', async () => {
    const { findings, facts } = await run(dm({ hasThumbnail: false, dataType: 10, pixelDepth: 2, elementType: 4 }));

    expect([findings, facts.dtype]).toEqual([[], 'uint16']);
  });

  it.each([
    ['µm', 1350],
    ['Å', 0.135],
    ['1/nm', null],
    ['', null],
  ])('knows lengths in %j', async (unit, size) => {
    const { facts } = await run(dm({ unit }));
    expect(facts.pixelSize).toEqual(size === null ? null : expect.closeTo(size, 3));
  });

  /** Each rule, and the least that breaks it. Further rules that the same fault breaks come after it. */
  const BROKEN: Record<keyof typeof dmCheck.rules, [what: string, file: SourceFile, ...also: string[]]> = {
    empty_file: ['nothing', fileOf('a.dm4', new Uint8Array())],
    content: ['an error page', fileOf('a.dm4', Buffer.from('<!DOCTYPE html><html>404 Not Found</html>'))],
    zero_filled: ['zeros', fileOf('a.dm4', new Uint8Array(5000))],
    magic: ['a text', fileOf('a.dm4', Buffer.from('the gain reference of June'))],
    version: ['DM3 under the name of DM4', fileOf('a.dm4', dmBytes({ version: 3 }))],
    byte_order: ['a byte order that is none', patched((bytes) => bytes.writeUInt32BE(7, 12))],
    truncated: ['a transfer cut short', dm({ trim: 1 })],
    trailing: ['a byte too many', dm({ append: 1 })],
    tags: ['a tag that is none', patched((bytes) => bytes.write('####', bytes.indexOf('%%%%')))],
    no_image: ['nothing but tags', dm({ hasThumbnail: false, hasImage: false })],
    data_type: ['complex numbers', dm({ dataType: 3, pixelDepth: 8, elementType: 7 })],
    data_size: ['fewer pixels than its sides tell', dm({ elements: 47 })],
    many_sections: ['a stack', dm({ dimensions: [8, 6, 2] })],
  };
  const rows = Object.entries(BROKEN).map(([rule, [what, file, ...also]]) => ({ rule, what, file, also }));
  it.each(rows)('reports $what as $rule', async ({ rule, file, also }) => {
    expect(await rulesOf(file)).toEqual([rule, ...also].sort());
  });

  it('says where the tree breaks', async () => {
    const { findings } = await run(patched((bytes) => bytes.write('####', bytes.indexOf('%%%%'))));

    expect(findings[0]).toMatchObject({
      found: 'a tag does not begin with "%%%%"',
      location: `byte ${dmBytes().indexOf('%%%%')}`,
    });
  });

  it('does not follow groups without end', async () => {
    const { findings } = await run(dm({ depth: 80 }));
    expect(findings.map(({ rule, found }) => [rule, found])).toEqual([
      ['tags', 'groups lie more than 64 deep in one another'],
    ]);
  });

  it('does not read the pixels', async () => {
    const bytes = dmBytes({ dimensions: [2000, 1000] });
    let read = 0;
    await run({
      ...fileOf('a.dm4', bytes),
      read: async (offset, length) => {
        read += length;
        return bytes.subarray(offset, offset + length);
      },
    });
    expect(read).toBeLessThan(2 ** 18);
  });
});

describe('dm check of damaged files', () => {
  it.each([3, 4] as const)('never breaks on them: DM%i', async (version) => {
    for (const bytes of damaged(dmBytes({ version }), 2500, 46)) {
      const { cause } = await run(fileOf(`a.dm${version}`, bytes));
      expect(cause, bytes.toString('hex')).toBeUndefined();
    }
  });

  it('finds every cut', async () => {
    const bytes = dmBytes();
    for (let end = 0; end < bytes.length; end++)
      expect((await run(fileOf('a.dm4', bytes.subarray(0, end)))).outcome, `cut at ${end}`).toBe('failed');
  });
});

function patched(patch: (bytes: Buffer) => unknown): SourceFile {
  const bytes = dmBytes();
  patch(bytes);
  return fileOf('a.dm4', bytes);
}
