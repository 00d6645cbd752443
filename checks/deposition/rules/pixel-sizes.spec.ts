import { describe, expect, it } from 'vitest';
import type { MdocFacts } from '../../formats/tomography-facts.js';
import {
  around,
  soundDataset,
  soundDeposition,
  soundRun,
  TOMOGRAMS,
  withFacts,
  without,
} from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { mdocFacts, tiltSeriesFacts, tomogramFacts } from '../../samples/tomography-facts.js';
import type { RunValues, TomogramValues } from '../declared.js';
import type { Run } from '../deposition.js';
import { PIXEL_SIZE_RULES } from './pixel-sizes.js';

const run = soundRun();
const IDS = PIXEL_SIZE_RULES.map(({ id }) => id);
const said = (id: string, of: Run) => judge(PIXEL_SIZE_RULES, id, of);
const declaring = (declared: RunValues) => soundRun({ declared });
const withMdoc = (facts: Partial<MdocFacts>, of = run) => withFacts(of, 'mdoc', mdocFacts('TS_001', facts));

describe('sizes of pixels', () => {
  it.each(IDS)('agree by %s, which says what it compared', (id) => {
    expect(said(id, run)).toMatchObject({ faults: [], informs: [], notApplicable: [], compared: [expect.any(String)] });
  });

  it.each(IDS)('are not compared by %s where nothing tells them', (id) => {
    const { dataset } = around(run);
    const silent = { ...without(run, 'mdoc'), declared: {} };
    const deposition = soundDeposition({ datasets: [{ ...dataset, tomograms: {} }] });

    expect(judge(PIXEL_SIZE_RULES, id, silent, deposition)).toMatchObject({
      faults: [],
      notApplicable: [expect.any(String)],
    });
  });

  const SPOILT: readonly (readonly [id: string, says: string, what: string, run: Run])[] = [
    ['X-29', 'differs', 'another size of the tilt series', declaring({ tilt_series_pixel_size_a: 2.702 })],
    [
      'X-29',
      'differs',
      'another size of the tomogram',
      withFacts(run, 'tomogram', tomogramFacts({ voxelSize: [10.7, 10.7, 10.7] })),
    ],
    ['X-30', 'differs', 'an MDOC of other pixels', withMdoc({ pixelSpacing: 1.45 })],
    ['X-30', 'differs', 'frames that are larger than the MDOC says', declaring({ frame_pixel_size_a: 1.5 })],
    ['X-31', 'voltage', 'another voltage', declaring({ acceleration_voltage_v: 200_000 })],
    ['X-31', 'voltage', 'a voltage in kilovolts', declaring({ acceleration_voltage_v: 300 })],
    ['X-31', 'magnification', 'a magnification that changes', withMdoc({ magnifications: [64_000, 64_000, 81_000] })],
    ['X-31', 'image_size', 'images of another size', withMdoc({ imageSize: [4092, 5760] })],
  ];

  it.each(SPOILT)('are told by %s as "%s": %s', (id, says, _, spoilt) => {
    expect([...new Set(said(id, spoilt).faults)]).toEqual([says]);
  });

  it('are those that are declared where the header is declared to be wrong', () => {
    const ticked = declaring({ tilt_series_pixel_size_a: 3, tilt_series_header_is_wrong: true });

    expect(said('X-29', ticked)).toMatchObject({ faults: [], informs: ['header_is_wrong'] });
  });

  it('are those that are declared of the tomogram where its header is declared to be wrong', () => {
    const raw: TomogramValues = { ...TOMOGRAMS.raw, voxel_size_a: 7.84, header_is_wrong: true };
    const deposition = soundDeposition({ datasets: [soundDataset({ runs: [run], tomograms: { raw } })] });

    expect(judge(PIXEL_SIZE_RULES, 'X-29', run, deposition)).toMatchObject({
      faults: [],
      informs: ['header_is_wrong'],
    });
  });

  it('of 1 Å in the header are proposed to be declared wrong', () => {
    const unset = withFacts(
      declaring({ tilt_series_pixel_size_a: 2.7 }),
      'tilt_series',
      tiltSeriesFacts({ voxelSize: [1, 1, 1] }),
    );

    expect(said('X-29', unset).told?.repair).toMatchObject({ pointer: '/tilt_series_header_is_wrong', to: true });
    expect(said('X-29', declaring({ tilt_series_pixel_size_a: 2.8 })).told?.repair).toBeUndefined();
  });

  it('may be of super-resolution frames, and of images that were binned as they were recorded', () => {
    const half = declaring({ frame_pixel_size_a: 0.675 });
    const binned = withMdoc({ pixelSpacing: 2.7, binnings: [2] });

    expect(said('X-30', half)).toMatchObject({ faults: [], informs: ['super_resolution'] });
    expect(said('X-30', binned)).toMatchObject({ faults: [], informs: [] });
    expect(said('X-31', withMdoc({ imageSize: [2880, 2046] }))).toMatchObject({
      faults: [],
      informs: ['super_resolution'],
    });
  });

  it('may be those of the MDOC, binned by any whole number, where no binning is declared', () => {
    const open = declaring({ binning_from_frames: undefined as never });

    expect(said('X-30', open)).toMatchObject({ faults: [], informs: [], compared: [expect.any(String)] });
    expect(said('X-30', withMdoc({ pixelSpacing: 1.8 }, open)).faults).toEqual(['differs', 'differs']);
  });

  it('tell the line at which the magnification changes', () => {
    expect(said('X-31', withMdoc({ magnifications: [64_000, 81_000] })).told).toMatchObject({ location: 'line 20' });
  });
});
