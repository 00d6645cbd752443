/** Does this AreTomo alignment say of every section where it belongs, or that it was left out? */
import { defineCheck } from '../check.js';
import { readAln } from '../readers/aln.js';
import { alignmentOf, factsOf } from './aln/alignment.js';
import { type AlnRule, RULES } from './aln/rules.js';
import { judgeSections } from './aln/sections.js';
import { judgeCounts, judgeHeaders, judgeLocal, judgeTable } from './aln/tables.js';
import { shortened } from './by-line.js';
import { textLines } from './text-rules.js';

const LIMITS = { bytes: 4 << 20, lines: 60_000 };

/** AreTomo 1 to 3. */
export const alnCheck = defineCheck<AlnRule>({
  id: 'aln',
  version: 1,
  title: 'AreTomo alignment',
  extensions: ['.aln'],
  rules: RULES,
  sharesProcess: true,

  async *run(file, pen) {
    const lines = yield* textLines(file, pen, LIMITS);
    if (!lines) return;
    const aln = readAln(lines);
    const told = { location: `line ${lines[0]?.number ?? 1}`, found: shortened(lines[0]?.text ?? '') };
    if (!aln.isTagged) yield pen.report('header_tag', { ...told, expected: '# AreTomo Alignment' });
    if (!aln.isTagged && aln.headers.size === 0) return;

    const alignment = alignmentOf(aln);
    if (alignment) yield pen.learn(factsOf(aln, alignment));
    yield* judgeHeaders(aln, pen);
    yield* judgeTable(aln.rows, 10, 'row_arity', pen);
    yield* judgeTable(aln.localRows, 7, 'local_arity', pen);
    yield* judgeCounts(aln, pen);
    if (alignment) yield* judgeSections(aln, alignment, pen);
    yield* judgeLocal(aln, pen);
  },
});
