/** Is this an h5ad file, has it what the single-cell schema requires, and are its raw counts counts? */
import { defineCheck, type Said, type SourceFile } from '../check.js';
import { annDataOf } from '../readers/anndata.js';
import { contentOf, isZeroFilled } from '../readers/content.js';
import { type Hdf5, openHdf5 } from '../readers/hdf5.js';
import { extentOf } from '../readers/hdf5-extent.js';
import { prepareLibrary } from '../readers/hdf5-library.js';
import type { Because, Closed } from '../readers/hdf5-tree.js';
import { referenceFor } from '../reference/open-reference.js';
import { editionOf } from '../schemas/editions.js';
import { learnBarcodes } from './h5ad/barcodes.js';
import { judgeValues } from './h5ad/cells.js';
import { judgeColors } from './h5ad/colors.js';
import { judgeEmbeddings } from './h5ad/embeddings.js';
import { judgeConditions } from './h5ad/experimental-conditions.js';
import { learnFacts } from './h5ad/facts.js';
import { judgeCells, judgeFrames, judgeGenes } from './h5ad/frames.js';
import { judgeGeneIds } from './h5ad/genes.js';
import { type H5ad, h5adOf } from './h5ad/h5ad.js';
import { judgeMatrices } from './h5ad/matrices.js';
import { prepareThread } from './h5ad/matrix-pass.js';
import { judgeFieldNames } from './h5ad/names.js';
import { recognizeOlder } from './h5ad/older-schemas.js';
import { judgePerturbations } from './h5ad/perturbations.js';
import { judgePreAnalysis } from './h5ad/pre-analysis.js';
import { judgePrefixes } from './h5ad/prefixes.js';
import { judgeCounts, readAhead } from './h5ad/raw-counts.js';
import { type H5adPen, RULES } from './h5ad/rules.js';
import { FILE_RULES, guarded, type Saying, type SayingLater, UPLOAD_AGAIN, unreadable } from './h5ad/saying.js';
import { judgeSpatial } from './h5ad/spatial.js';
import { judgeSpatialCells } from './h5ad/spatial-cells.js';
import { judgeSuspension } from './h5ad/suspension.js';
import { judgeTerms } from './h5ad/term-findings.js';
import { judgeUns } from './h5ad/uns.js';

/** Bytes: the matrices of smaller files are read without one. */
const WORTH_A_THREAD = 4 * 2 ** 20;

export const h5adCheck = defineCheck({
  id: 'h5ad',
  version: 1,
  title: 'AnnData file of single cells',
  extensions: ['.h5ad'],
  rules: RULES,
  async prepare() {
    prepareThread();
    await prepareLibrary();
  },

  async *run(file, pen, options) {
    const otherwise = await otherThanHdf5(file, pen);
    if (otherwise) return yield otherwise;

    // It begins while the library does.
    if (file.size > WORTH_A_THREAD) prepareThread();
    let hdf5: Hdf5;
    try {
      hdf5 = await openHdf5(file.local);
    } catch (error) {
      return yield unreadable(pen, error);
    }
    const schema = editionOf(options.schema);
    const mode = { ignoreLabels: options.ignoreLabels ?? false, preAnalysis: options.preAnalysis ?? false };
    try {
      yield* once(judge(hdf5, pen, { schema, reference: referenceFor(schema.version), mode }));
    } finally {
      hdf5.close();
    }
  },
});

/**
 * Judge an open file by `by.schema`, which need be no edition that is known: the conformance cases vary some of its
 * numbers. From what is cheap to what takes long, each part whatever the others say.
 */
export async function* judge(hdf5: Hdf5, pen: H5adPen, by: Pick<H5ad, 'schema' | 'reference' | 'mode'>): SayingLater {
  yield* judgeClosed(hdf5, pen);
  const anndata = annDataOf(hdf5);
  for (const fault of anndata.faults) yield unreadable(pen, fault);
  const h5ad = h5adOf(hdf5, anndata, by);
  for (const part of PARTS) yield* guarded(pen, part(h5ad, pen));
}

type Part = (h5ad: H5ad, pen: H5adPen) => Saying | SayingLater;

/**
 * In the order of the report: what is soonest known comes first, then what reads the names of all cells or genes, and at last
 * what reads matrices.
 */
const PARTS: readonly Part[] = [
  judgeUns,
  readAhead,
  recognizeOlder,
  judgeFieldNames,
  judgeFrames,
  judgePreAnalysis,
  judgeColors,
  judgeTerms,
  judgeSuspension,
  judgePrefixes,
  judgeValues,
  judgeCells,
  judgeGenes,
  judgePerturbations,
  judgeConditions,
  judgeGeneIds,
  judgeEmbeddings,
  judgeSpatial,
  judgeSpatialCells,
  learnBarcodes,
  learnFacts,
  judgeMatrices,
  judgeCounts,
];

/** What is damaged is met by each part that reads it. */
async function* once(saying: SayingLater): SayingLater {
  const told = new Set<string>();
  for await (const said of saying) {
    const fingerprint = 'finding' in said ? said.finding.fingerprint : null;
    if (fingerprint && told.has(fingerprint)) continue;
    if (fingerprint) told.add(fingerprint);
    yield said;
  }
}

/** What the bytes are where they are no HDF5, or not all of it. */
async function otherThanHdf5(file: SourceFile, pen: H5adPen): Promise<Said | null> {
  const { size } = file;
  if (size === 0) return pen.report('F01', { why: 'it is empty', found: '0 bytes', fix: UPLOAD_AGAIN });

  const extent = await extentOf(file);
  if (extent?.end && extent.end <= size) return null;
  if (extent) {
    const promised = extent.end ? `, and its superblock promises ${extent.end}` : ' and end within the superblock';
    const expected = extent.end ? `${extent.end} bytes` : undefined;
    const why = `it is an HDF5 file that was cut off: there are ${size} bytes${promised}`;
    return pen.report('F01', { why, found: `${size} bytes`, expected, fix: UPLOAD_AGAIN });
  }

  const beginning = await file.read(0, 4096);
  if (isZeroFilled(beginning)) {
    return pen.report('F01', { why: 'it begins with nothing but zeros', found: 'zeros', fix: UPLOAD_AGAIN });
  }
  const { name, fix } = contentOf(beginning) ?? {
    name: 'no HDF5 file, and its first bytes are those of nothing that is known here',
    fix: 'Upload the file that AnnData wrote: `adata.write_h5ad("new.h5ad")`.',
  };
  return pen.report('F01', { why: `it is ${name}`, found: name, expected: 'an HDF5 file', fix });
}

const WRITE_AGAIN = FILE_RULES.F01.fix;
const FIXES: Readonly<Record<Because, string>> = {
  link: 'Put everything in the one file: read it with AnnData and write it again, `adata.write_h5ad("new.h5ad")`.',
  cycle: WRITE_AGAIN,
  depth: 'Remove from uns what does not belong to the data set, and write the file again.',
  filter: 'Write the file again with gzip: `adata.write_h5ad("new.h5ad", compression="gzip")`.',
  chunk: WRITE_AGAIN,
  virtual: WRITE_AGAIN,
  kind: WRITE_AGAIN,
  damage: UPLOAD_AGAIN,
};

/** What HDF5 could not or must not enter: one finding for each reason. */
function* judgeClosed({ closed }: Hdf5, pen: H5adPen): Saying {
  for (const because of Object.keys(FIXES)) {
    const parts = closed.filter((part) => part.because === because);
    const [first, ...more] = parts;
    if (first) yield pen.report('F01', { ...toldOf(first, more.length), samples: parts.slice(0, 5).map(sampleOf) });
  }
}

function toldOf({ path, because, detail }: Closed, more: number) {
  const others = more === 0 ? '' : `, and ${more} more like it`;
  return {
    ...{ location: more === 0 ? path : '/', key: because, count: more + 1, found: detail, fix: FIXES[because] },
    why: `${path} is not read, because ${detail}${others}`,
  };
}

const sampleOf = ({ path, detail }: Closed): string => `${path}: ${detail}`;
