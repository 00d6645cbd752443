/** Which sections of an MDOC are views of the specimen, and what do the rules between files need of them? */
import { decimalOf, tokensOf, wholeOf } from '../../readers/decimal.js';
import { type Mdoc, type MdocSection, tiltAxisOf, timeOf } from '../../readers/mdoc.js';
import { type LineFault, shortened } from '../by-line.js';
import type { MdocFacts } from '../tomography-facts.js';

const MOST_LETTERS = 1000;

export const isView = ({ kind }: MdocSection): boolean => kind === 'ZValue' || kind === 'FrameSet';
export const isTilt = ({ kind }: MdocSection): boolean => kind === 'ZValue';

/** The tilts; in a file of frames, which has none, the sets of frames. */
export function viewsOf({ sections }: Mdoc): readonly MdocSection[] {
  const tilts = sections.filter(isTilt);
  return tilts.length > 0 ? tilts : sections.filter(isView);
}

export const placeOf = ({ kind, name, line }: MdocSection) => `[${kind} = ${shortened(name)}], line ${line}`;
export const faultOf = (section: MdocSection, value = ''): LineFault => ({
  ...{ line: section.line, where: placeOf(section), value },
});

export function imageSizeOf(globals: Mdoc['globals']): [number, number] | null {
  const size = globals.get('ImageSize');
  const [x = null, y = null, more] = size && size.length <= MOST_LETTERS ? tokensOf(size).map(wholeOf) : [];
  return x === null || y === null || x < 1 || y < 1 || more !== undefined ? null : [x, y];
}

export function factsOf({ globals, titles }: Mdoc, views: readonly MdocSection[]) {
  const numbers = (key: string) => views.map(({ values }) => decimalOf(values.get(key)));
  const first = (key: string) => numbers(key).find((value) => value !== null) ?? null;
  return {
    format: 'mdoc',
    kind: views.some(isTilt) ? 'tilt series' : 'frame set',
    sections: views.length,
    lines: views.map(({ line }) => line),
    zValues: views.map(({ name }) => decimalOf(name)),
    tiltAngles: numbers('TiltAngle'),
    doses: numbers('ExposureDose'),
    priorDoses: numbers('PriorRecordDose'),
    subFrames: numbers('NumSubFrames'),
    framePaths: views.map(({ values }) => values.get('SubFramePath')?.slice(0, MOST_LETTERS) || null),
    times: views.map(({ values }) => timeOf(values.get('DateTime'))),
    magnifications: numbers('Magnification'),
    binnings: numbers('Binning'),
    pixelSpacing: decimalOf(globals.get('PixelSpacing')) ?? first('PixelSpacing'),
    rotationAngle: first('RotationAngle'),
    voltage: decimalOf(globals.get('Voltage')),
    imageFile: globals.get('ImageFile')?.slice(0, MOST_LETTERS) || null,
    imageSize: imageSizeOf(globals),
    tiltAxisAngle: tiltAxisOf(titles),
    titles: titles.slice(0, 20).map((title) => title.slice(0, 200)),
  } satisfies MdocFacts;
}
