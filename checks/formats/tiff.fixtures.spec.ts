import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import { checksFor, runCheck } from '../run-checks.js';
import { damaged } from '../samples/damage.js';
import { dmCheck } from './dm.check.js';
import { eerCheck } from './eer.check.js';
import { gainCheck } from './gain.check.js';
import { photoCheck } from './photo.check.js';
import { tiffCheck } from './tiff.check.js';

const CHECKS = [tiffCheck, eerCheck, gainCheck, dmCheck, photoCheck];
const fixtures = sharedFolder('fixtures/cryoet');

const judged = async (path: string, bytes: Uint8Array = fixtures.bytes(path)) => {
  const [check = tiffCheck] = checksFor(path, CHECKS);
  const result = await runCheck(check, fileOf(path, bytes), { schema: null, full: true });
  expect(result.cause).toBeUndefined();
  return { ...result, rules: result.findings.map(({ severity, rule }) => `${severity} ${rule}`) };
};

const PORTAL = 'chanzuckerberg+cryoet-data-portal-backend/test_infra/test_files/input_bucket';
const FRAMES = `${PORTAL}/10001_input/VPP/frames`;

describe.skipIf(fixtures.isMissing)(`checks of images, on real and synthetic files${fixtures.note}`, () => {
  it.each([
    ['synthetic/eer/eer_big_65002.eer', 'eer', ['info no_acquisition']],
    ['synthetic/eer/eer_classic_65001.eer', 'eer', []],
    ['synthetic/eer/eer_truncated.eer', 'eer', ['error truncated']],
    ['synthetic/eer/gain_like.gain', 'tiff', []],
    ['ccpem+mrcfile/tests/test_data/emd_3197.png', 'photo', ['warning narrow']],
    [`${FRAMES}/CountRef_TS_run1.gain`, undefined, ['error empty_file']],
    [`${FRAMES}/CountRef_TS_run2.dm4`, undefined, ['error empty_file']],
    [`${FRAMES}/TS_run1_1.tiff`, undefined, ['error empty_file']],
    [`${FRAMES}/TS_run1_4.tiff`, undefined, ['error magic']],
    [`${PORTAL}/snapshot.gif`, undefined, ['error magic']],
  ])('judges %s', async (path, format, rules) => {
    const result = await judged(path);

    expect([result.facts.format, result.rules]).toEqual([format, rules]);
  });

  it('tells what an EER movie tells', async () => {
    const { facts } = await judged('synthetic/eer/eer_classic_65001.eer');
    expect(facts).toMatchObject({ dimensions: [4096, 4096, 3], acquisition: { exposureTime: '1.0' } });
  });

  const IMAGES = 'image-rs+image-tiff/tests/images';
  const images = ['', '/bigtiff', '/seq'].flatMap((folder) =>
    fixtures.isMissing
      ? []
      : readdirSync(fixtures.at(IMAGES + folder))
          .filter((name) => /\.tiff?$/.test(name))
          .map((name) => `${IMAGES}${folder}/${name}`),
  );

  it('reads thirty real images', () => expect(images.length).toBeGreaterThanOrEqual(29));

  // Pictures in colour, JPEG and LogLuv are no frames of a camera: that is all there is to say of these.
  it.each(images)('finds no fault in %s', async (path) => {
    const { rules, facts } = await judged(path);

    const expected = ['warning colour', 'warning compression_lossy', 'warning compression_unknown'];
    expect(rules.filter((rule) => !expected.includes(rule))).toEqual([]);
    expect(facts).toMatchObject({ format: 'tiff' });
  });

  const FUZZ = 'image-rs+image-tiff/tests/fuzz_images/oor_panic';
  it.each(fixtures.isMissing ? [] : readdirSync(fixtures.at(FUZZ)))('finds the fault of %s', async (name) => {
    expect((await judged(`${FUZZ}/${name}`)).outcome).toBe('failed');
  });

  it.each(images.filter((path) => /lzw|deflate|packbits|tiled|Motorola/.test(path)))(
    'never breaks on %s, damaged',
    async (path) => {
      for (const spoiled of damaged(fixtures.bytes(path), 300, 49)) await judged(path, spoiled);
    },
  );
});
