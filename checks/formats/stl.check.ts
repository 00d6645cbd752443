/** Does this STL file hold a surface, whole and made of numbers? */
import { defineCheck, type Pen, type Said, type SourceFile } from '../check.js';
import type { Rule } from '../finding.js';
import { contentOf, isZeroFilled } from '../readers/content.js';
import { type Edges, edgesOf } from '../readers/edges.js';
import {
  type Corners,
  eachTriangle,
  HEADER_BYTES,
  isText,
  RECORD_BYTES,
  stlText,
  triangleCount,
} from '../readers/stl.js';
import { type Surface, surfaceOf } from '../readers/surface.js';
import { faultTally } from './fault-tally.js';
import { longTextRules, readLines } from './long-text-rules.js';

const FORMAT = 'https://www.fabbers.com/tech/STL_Format';
const UPLOAD_AGAIN = 'Upload the file again, and compare its size with the original.';
const EXPORT = 'Export the surface again as STL.';

const RULES = {
  ...longTextRules('STL file', EXPORT),
  too_short: {
    severity: 'error',
    message: 'The file has {found} bytes, and the header of a binary STL file alone takes 84.',
    fix: UPLOAD_AGAIN,
    docs: FORMAT,
  },
  truncated: {
    severity: 'error',
    message: 'The header promises {expected} triangles, and {found} are there.',
    fix: UPLOAD_AGAIN,
    docs: FORMAT,
  },
  trailing: {
    severity: 'warning',
    message: 'After the last triangle follow {found} bytes that the header does not account for.',
    fix: 'Write the file again, or correct the number of triangles in bytes 80-83.',
    docs: FORMAT,
  },
  no_triangles: {
    severity: 'error',
    message: 'There is no triangle.',
    fix: 'Upload the surface that was meant.',
    docs: FORMAT,
  },
  not_finite: {
    severity: 'error',
    message: 'Some corners have coordinates that are no numbers.',
    fix: 'Find the step that wrote NaN or infinity, and repeat it.',
    docs: FORMAT,
  },
  facet_corners: {
    severity: 'error',
    message: 'Some facets do not have three corners.',
    fix: 'Divide the surface into triangles and export it again.',
    docs: FORMAT,
  },
  stray_line: {
    severity: 'error',
    message: 'Some lines are none that an STL file has.',
    fix: EXPORT,
    docs: FORMAT,
  },
  no_endsolid: {
    severity: 'warning',
    message: 'A solid does not end with endsolid: the file may be cut short.',
    fix: UPLOAD_AGAIN,
    docs: FORMAT,
  },
  degenerate: {
    severity: 'warning',
    message: 'No triangle has an area: all corners of each lie on a line.',
    fix: 'Export the surface again, and with more digits.',
  },
  open: {
    severity: 'info',
    message: 'The surface is not closed: {found} edges do not belong to exactly two triangles.',
    fix: 'Nothing needs to be done where a membrane is meant; close the surface where it is that of a body.',
  },
} as const satisfies Record<string, Rule>;

type Code = keyof typeof RULES;
type StlPen = Pen<Code>;

interface Judged {
  readonly surface: Surface;
  readonly edges: Edges;
  hasArea: boolean;
}

/** Stereolithography, binary and as text. */
export const stlCheck = defineCheck<Code>({
  id: 'stl',
  version: 1,
  title: 'Surface in an STL file',
  extensions: ['.stl'],
  rules: RULES,
  sharesProcess: true,

  async *run(file, pen) {
    if (file.size === 0) return yield pen.report('empty_file');
    const head = await file.read(0, 4096);
    const judged: Judged = { surface: surfaceOf(), edges: edgesOf(), hasArea: false };
    const isRead = isText(head, file.size)
      ? yield* readText(file, judged, pen)
      : yield* readBinary(file, head, judged, pen);
    if (!isRead) return;

    const open = judged.edges.open() ?? 0;
    if (judged.surface.triangles === 0) yield pen.report('no_triangles');
    else if (!judged.hasArea) yield pen.report('degenerate');
    else if (open > 0) yield pen.report('open', { found: String(open) });
  },
});

/** False where its corners are not numbers: is the triangle to be judged further? */
function take({ surface, edges }: Judged, corners: Corners): boolean {
  let areNumbers = true;
  for (let at = 0; at < 9; at += 3)
    areNumbers = surface.add(corners[at] ?? 0, corners[at + 1] ?? 0, corners[at + 2] ?? 0) && areNumbers;
  surface.triangles++;
  edges.add(corners);
  return areNumbers;
}

async function* readBinary(file: SourceFile, head: Uint8Array, judged: Judged, pen: StlPen) {
  const content = contentOf(head);
  if (content) return yield* refused(pen.report('content', { what: content.name, fix: content.fix }));
  if (file.size < HEADER_BYTES) return yield* refused(pen.report('too_short', { found: String(file.size) }));
  // A header of zeros is common, and triangles after it are not.
  if (isZeroFilled(head) && head.length > HEADER_BYTES)
    return yield* refused(pen.report('content', { what: 'nothing but zeros' }));

  const promised = triangleCount(head);
  const there = Math.floor((file.size - HEADER_BYTES) / RECORD_BYTES);
  const faults = { count: 0, samples: [] as string[] };
  await eachTriangle(file, Math.min(promised, there), (corners, i) => {
    judged.hasArea ||= hasArea(corners);
    if (take(judged, corners)) return;
    if (faults.count++ < 5) faults.samples.push(`triangle ${i + 1}: ${corners.join(', ')}`);
  });
  const facts = judged.surface.facts();
  if (facts) yield pen.learn(facts);
  if (faults.count > 0) yield pen.report('not_finite', faults);
  const location = 'byte 80';
  if (there < promised)
    return yield* refused(pen.report('truncated', { location, expected: String(promised), found: String(there) }));
  const trailing = file.size - HEADER_BYTES - promised * RECORD_BYTES;
  if (trailing > 0) yield pen.report('trailing', { location, found: String(trailing) });
  return true;
}

function* refused(said: Said): Generator<Said, false> {
  yield said;
  return false;
}

async function* readText(file: SourceFile, judged: Judged, pen: StlPen): AsyncGenerator<Said, boolean> {
  const faults = faultTally<Code>();
  const reader = stlText({
    triangle: (corners) => {
      judged.hasArea ||= hasArea(corners);
      take(judged, corners);
    },
    fault: (fault, line, value) => faults.note(fault, line, value),
  });
  const isRead = yield* readLines(file, pen, (lines) => reader.take(lines));
  if (!isRead) return false;
  reader.end();
  const facts = judged.surface.facts();
  if (facts) yield pen.learn(facts);
  yield* faults.findings(pen, ['not_finite', 'facet_corners', 'stray_line', 'no_endsolid']);
  return faults.countOf('facet_corners') + faults.countOf('stray_line') === 0;
}

/** Do the corners not lie on a line? By the cross product of two sides. */
function hasArea(corners: Corners): boolean {
  const [ax = 0, ay = 0, az = 0, bx = 0, by = 0, bz = 0, cx = 0, cy = 0, cz = 0] = corners;
  const [ux, uy, uz, vx, vy, vz] = [bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az];
  return uy * vz !== uz * vy || uz * vx !== ux * vz || ux * vy !== uy * vx;
}
