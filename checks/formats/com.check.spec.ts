import { describe, expect, it } from 'vitest';
import { sharedFolder } from '../../test/shared.js';
import { expectSwift, expectUnbreakable, faultsOf, verdictOf } from '../../test/text-verdicts.js';
import { comCheck } from './com.check.js';

const TILT = `$setenv IMOD_OUTPUT_FORMAT MRC
# a comment
$tilt -StandardInput
InputProjections TS_1_ali.mrc
OutputFile TS_1_full_rec.mrc
IMAGEBINNED 2
TILTFILE TS_1.tlt
XTILTFILE TS_1.xtilt
LOCALFILE TS_1local.xf
ZFACTORFILE TS_1.zfac
THICKNESS 900
RADIAL 0.35 0.035
XAXISTILT -1.94
Mode 2
FULLIMAGE 4096 4000
SUBSETSTART 0 0
OFFSET -3.5
SHIFT 0.0 12.5
EXCLUDELIST2 1-2,7
$if (-e ./savework) ./savework
`;
const NEWST = `$newstack -StandardInput
AntialiasFilter\t-1
InputFile\tTS_1.mrc
OutputFile\tTS_1_ali.mrc
TransformFile\tTS_1.xf
SizeToOutputInXandY\t1024,958
#GradientFile\tTS_1.maggrad
BinByFactor\t4
ImagesAreBinned\t1.0
`;
const OLD_TILT = `$tilt
BBa.ali
BBa_full.rec
IMAGEBINNED 1
THICKNESS 60
TILTFILE BBa.tlt
EXCLUDE 3
DONE
$if (-e ./savework) ./savework
`;
const OLD_NEWST = '$newstack -size 512,500 -linear -xform BBa.xf -bin 2 BBa.st \\\n BBa.ali\n';

const judged = (path: string, content: string | Uint8Array) => verdictOf(comCheck, path, content);
const rulesOf = async (path: string, content: string | Uint8Array) =>
  (await judged(path, content)).findings.map(({ rule }) => rule);

describe('com check', () => {
  it.each([
    ['tilt.com', TILT],
    ['newst.com', NEWST],
    ['tilta.com', OLD_TILT],
    ['newsta.com', OLD_NEWST],
    ['reconstruct.com', TILT.replaceAll('\n', '\r\n')],
  ])('finds nothing wrong with a sound %s', async (path, text) => {
    expect(await rulesOf(path, text)).toEqual([]);
  });

  const BROKEN: Record<keyof typeof comCheck.rules, [what: string, content: string | Uint8Array, path?: string]> = {
    empty_file: ['an empty file', ''],
    too_large: ['a file of 300 kB', new Uint8Array(300_000)],
    too_many_lines: ['20,000 lines', '1\n'.repeat(20_000)],
    content: ['an error page', '<!DOCTYPE html><html>404 Not Found</html>'],
    encoding: ['UTF-16', Buffer.from(`\ufeff${TILT}`, 'utf16le')],
    binary: ['bytes that are no text', `MZ\u0001\u0002${TILT}`],
    byte_order_mark: ['a byte order mark', `\ufeff${TILT}`],
    no_tilt: ['parameters of tilt alone', TILT.replace('$tilt -StandardInput', '')],
    no_newstack: ['tilt.com under the name of newst.com', TILT, 'TS_1/newst.com'],
    no_command: ['a list of words', 'nothing here\n', 'notes.com'],
    other_program: ['another program of IMOD', '$tiltalign -StandardInput\nModelFile TS_1.fid\n', 'align.com'],
    value: ['a binning of zero', TILT.replace('IMAGEBINNED 2', 'IMAGEBINNED 0')],
    repeated: ['two thicknesses', TILT.replace('THICKNESS 900', 'THICKNESS 900\nTHICKNESS 300')],
    missing: ['no angles', TILT.replace('TILTFILE TS_1.tlt', '')],
  };

  const rows = Object.entries(BROKEN).map(([rule, [what, content, path = 'TS_1/tilt.com']]) => ({
    rule,
    what,
    content,
    path,
  }));
  it.each(rows)('reports $what as $rule', async ({ rule, content, path }) => {
    expect(await rulesOf(path, content)).toEqual([rule]);
  });

  it.each([
    ['THICKNESS 900', 'THICKNESS -5', 'a number above 0'],
    ['IMAGEBINNED 2', 'IMAGEBINNED 2,5', 'a whole number from 1'],
    ['FULLIMAGE 4096 4000', 'FULLIMAGE 4096', 'two whole numbers from 1'],
    ['XAXISTILT -1.94', 'XAXISTILT flat', 'an angle'],
    ['OFFSET -3.5', 'OFFSET', 'an angle'],
    ['SHIFT 0.0 12.5', 'SHIFT NaN 12.5', 'two numbers: along X and Z'],
    ['EXCLUDELIST2 1-2,7', 'EXCLUDELIST2 1-999999999', 'sections from 1, as in 1,2-6,8'],
  ])('takes %s and refuses %s', async (sound, wrong, expected) => {
    const { findings } = await judged('tilt.com', TILT.replace(sound, wrong));

    const [name = '', ...value] = wrong.split(' ');
    const line = TILT.split('\n').indexOf(sound) + 1;
    expect(findings).toMatchObject([
      { rule: 'value', location: `line ${line}`, found: value.join(' ') || 'nothing', expected },
    ]);
    expect(findings[0]?.message).toContain(name);
  });

  it('learns the parameters of tilt', async () => {
    expect((await judged('tilt.com', TILT)).facts).toEqual({
      ...{
        format: 'tilt-com',
        inputProjections: 'TS_1_ali.mrc',
        outputFile: 'TS_1_full_rec.mrc',
        tiltFile: 'TS_1.tlt',
      },
      ...{
        xTiltFile: 'TS_1.xtilt',
        localFile: 'TS_1local.xf',
        zFactorFile: 'TS_1.zfac',
        imageBinned: 2,
        thickness: 900,
      },
      ...{ fullImage: [4096, 4000], xAxisTilt: -1.94, offset: -3.5, shift: [0, 12.5], excluded: [1, 2, 7] },
      output: { mode: '2', radial: '0.35 0.035' },
    });
  });

  it.each([
    ['1-2,7', [1, 2, 7]],
    ['7 2 1-2', [1, 2, 7]],
    ['12', [12]],
  ])('learns of %s which sections are left out', async (list, excluded) => {
    expect((await judged('tilt.com', TILT.replace('1-2,7', list))).facts).toMatchObject({ excluded });
  });

  it('learns the parameters of tilt from the form of old', async () => {
    expect((await judged('tilta.com', OLD_TILT)).facts).toMatchObject({
      ...{ inputProjections: 'BBa.ali', outputFile: 'BBa_full.rec', tiltFile: 'BBa.tlt', thickness: 60, excluded: [3] },
      ...{ fullImage: null, shift: null },
    });
  });

  it.each([
    ['of today', NEWST, ['TS_1.mrc', 'TS_1_ali.mrc', 'TS_1.xf'], [1024, 958], 4, 1],
    ['of old', OLD_NEWST, ['BBa.st', 'BBa.ali', 'BBa.xf'], [512, 500], 2, null],
    ['with short names', '$newstack -in a.st -out b.st -xf c.xf -bi 3\n', ['a.st', 'b.st', 'c.xf'], null, 3, null],
  ])(
    'learns the parameters of newstack from the form %s',
    async (_, text, files, size, binByFactor, imagesAreBinned) => {
      const [inputFile, outputFile, transformFile] = files;
      expect((await judged('newst.com', text)).facts).toEqual({
        ...{ format: 'newst-com', inputFile, outputFile, transformFile, size, binByFactor, imagesAreBinned },
      });
    },
  );

  it.each([
    ['thousands of lists', 'EXCLUDELIST 1-20000\n'.repeat(9000)],
    ['a list of thousands', `EXCLUDELIST ${'1-20000,'.repeat(20_000)}1\n`],
  ])('takes no longer for %s that name every section', async (_, lists) => {
    const begun = performance.now();
    const { cause, facts } = await judged('tilt.com', TILT.replace('EXCLUDELIST2 1-2,7\n', lists));

    expect(cause).toBeUndefined();
    expect(facts.excluded).toHaveLength(20_000);
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  it('takes no longer for one line that is very long', { timeout: 60_000 }, async () => {
    await expectSwift(comCheck, 'tilt.com', ['', TILT, '$tilt ', `${TILT}EXCLUDELIST `, `${TILT}A`]);
    await expectSwift(comCheck, 'newst.com', ['$newstack ', '$newstack -x', '$']);
  });

  it('never breaks, whatever is changed or cut off', { timeout: 30_000 }, async () => {
    await expectUnbreakable(comCheck, 'tilt.com', TILT, 1);
    await expectUnbreakable(comCheck, 'newst.com', NEWST, 2);
    await expectUnbreakable(comCheck, 'tilta.com', OLD_TILT, 3);
    await expectUnbreakable(comCheck, 'newsta.com', OLD_NEWST, 4);
  });
});

const fixtures = sharedFolder('fixtures/cryoet');
const CONVERTED = 'uermel+cryoet-alignment/tests/data';

describe.skipIf(fixtures.isMissing)(`com check of fixtures${fixtures.note}`, () => {
  it.each([
    ['synthetic/text/ok_tilt.com', 'tilt-com'],
    ['synthetic/text/ok_newst.com', 'newst-com'],
    [`${CONVERTED}/tilt.com`, 'tilt-com'],
    [`${CONVERTED}/newst.com`, 'newst-com'],
    [`${CONVERTED}/convert/imod_1/tilt.com`, 'tilt-com'],
    [`${CONVERTED}/convert/imod_1/newst.com`, 'newst-com'],
  ])('has nothing against %s', async (path, format) => {
    expect(await faultsOf(comCheck, path, fixtures.bytes(path))).toEqual([]);
    expect((await judged(path, fixtures.bytes(path))).facts).toMatchObject({ format });
  });
});
