/** Does this OBJ file hold a surface whose faces are made of vertices that are there? */
import { defineCheck } from '../check.js';
import type { Rule } from '../finding.js';
import { objReader } from '../readers/obj.js';
import { faultTally } from './fault-tally.js';
import { longTextRules, readLines } from './long-text-rules.js';

const FORMAT = 'https://www.loc.gov/preservation/digital/formats/fdd/fdd000507.shtml';
const EXPORT = 'Export the surface again as Wavefront OBJ.';

const RULES = {
  ...longTextRules('OBJ file', EXPORT),
  no_faces: {
    severity: 'error',
    message: 'There is no surface: the file has {found}, and no faces.',
    fix: 'Export the surface with its faces; points alone belong in a CSV or STAR file.',
    docs: FORMAT,
  },
  vertex_number: {
    severity: 'error',
    message: 'Some vertices have coordinates that are no numbers.',
    fix: 'Find the step that wrote them, and repeat it.',
    docs: FORMAT,
  },
  face_short: {
    severity: 'error',
    message: 'Some faces have fewer than three corners.',
    fix: EXPORT,
    docs: FORMAT,
  },
  index: {
    severity: 'error',
    message: 'Some faces name vertices that are not there; the first is number 1.',
    fix: EXPORT,
    docs: FORMAT,
  },
  other_number: {
    severity: 'warning',
    message: 'Some colours, normals or texture coordinates are no numbers.',
    fix: 'Export the surface without them: only its shape is used.',
    docs: FORMAT,
  },
  index_of_others: {
    severity: 'warning',
    message: 'Some faces name normals or texture coordinates that are not there.',
    fix: 'Export the surface without them: only its shape is used.',
    docs: FORMAT,
  },
} as const satisfies Record<string, Rule>;

/** Wavefront OBJ; of what it can describe, polygons. */
export const objCheck = defineCheck<keyof typeof RULES>({
  id: 'obj',
  version: 1,
  title: 'Surface in an OBJ file',
  extensions: ['.obj'],
  rules: RULES,
  sharesProcess: true,

  async *run(file, pen) {
    const faults = faultTally<keyof typeof RULES>();
    const reader = objReader((fault, line, value) => faults.note(fault, line, value));
    const isRead = yield* readLines(file, pen, (lines) => reader.take(lines));
    if (!isRead) return;
    reader.end();

    const { surface, others } = reader;
    const facts = surface.facts();
    if (facts) yield pen.learn(facts);
    yield* faults.findings(pen, ['vertex_number', 'face_short', 'index', 'other_number', 'index_of_others']);
    if (surface.triangles === 0 && faults.countOf('face_short') === 0)
      yield pen.report('no_faces', { found: `${surface.vertices} vertices and ${others} lines or points` });
  },
});
