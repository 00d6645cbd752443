/** Is there a gain reference where the frames need one, and does it fit them? */
import { filesOf, type RunFile } from '../deposition.js';
import { dimensionsOf } from '../pixel-size.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';

type Variant = 'missing' | 'needless' | 'sections' | 'turned' | 'differs';

const gainReference = defineRunRule<Variant>({
  id: 'X-27',
  title: 'A gain reference that fits the frames',
  why: 'Frames that are not gain corrected cannot be used without the reference that was taken with them.',
  says: {
    missing: {
      severity: 'error',
      message: 'The frames are declared not to be gain corrected, and there is no gain reference.',
      fix: 'Upload the gain reference (MRC, DM4, GAIN), or set is_gain_corrected to true where the frames are corrected.',
    },
    needless: {
      severity: 'warning',
      message: 'There is a gain reference, {file}, and the frames are declared to be gain corrected already.',
      fix: 'Leave the gain reference out, or set is_gain_corrected to false: applied twice, it spoils the frames.',
    },
    sections: {
      severity: 'error',
      message: 'The gain reference {file} has {found}; it must be one image.',
      fix: 'Upload the gain reference as one image.',
    },
    turned: {
      severity: 'warning',
      message:
        'The gain reference {file} is {found} pixels and the frames are {expected}: columns and rows are exchanged.',
      fix: 'Turn the gain reference as the frames are turned (rotate and flip), or say in the description how it is applied.',
    },
    differs: {
      severity: 'error',
      message:
        'The gain reference {file} is {found} pixels; the frames are {expected}, and nothing scales one to the other.',
      fix: 'Upload the gain reference of the camera and setting with which these frames were recorded.',
    },
  },
  *judge(run) {
    const isCorrected = run.declared.is_gain_corrected;
    const gains = filesOf(run, 'gain');
    const frames = filesOf(run, 'frame');
    if (frames.length === 0) return yield notApplicable('There are no frames.');
    const isNeeded = isCorrected === false;
    if (isNeeded && gains.length === 0) {
      return yield { says: 'missing', told: { expected: 'a gain reference', found: 'none' } };
    }
    if (isCorrected === undefined && gains.length === 0) {
      return yield notApplicable('It is not declared whether the frames are gain corrected.');
    }

    const frame = frames.map(dimensionsOf).find(Boolean) ?? null;
    const faults = gains.flatMap((gain) => [
      ...(isCorrected ? [{ says: 'needless', told: { file: gain.path } } as const] : []),
      ...fitOf(gain, frame),
    ]);
    if (faults.length > 0) return yield* faults;
    if (gains.length === 0) return yield compared('none, since the frames are gain corrected', 'none');
    if (!frame || !gains.some(dimensionsOf)) {
      return yield notApplicable('There is a gain reference; its size, or that of the frames, could not be read.');
    }
    yield compared(`${frame[0]} × ${frame[1]}, half or twice of it`, sizeOf(dimensionsOf(gains[0] ?? null)));
  },
});

/** Of counting and super-resolution pixels. */
const SCALES = [1, 2, 0.5] as const;

type Size = readonly [columns: number, rows: number, ...rest: unknown[]];
const sizeOf = (size: Size | null): string => (size ? `${size[0]} × ${size[1]}` : '');

function fitOf(gain: RunFile, frame: Size | null): CellSaid<Variant>[] {
  const size = dimensionsOf(gain);
  if (!size) return [];
  const file = gain.path;
  if (size[2] > 1) return [{ says: 'sections', told: { file, expected: 'one image', found: `${size[2]} images` } }];
  if (!frame) return [];

  const [columns, rows] = size;
  const told = { file, expected: sizeOf(frame), found: sizeOf(size) };
  const isScaled = (x: number, y: number) => SCALES.some((by) => x === frame[0] * by && y === frame[1] * by);
  if (isScaled(columns, rows)) return [];
  return [{ says: isScaled(rows, columns) ? 'turned' : 'differs', told }];
}

export const GAIN_RULES: readonly RunRule[] = [gainReference];
