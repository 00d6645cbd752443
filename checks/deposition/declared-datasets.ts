/** Which data sets, runs and kinds of files do the metadata declare? Of a draft, as far as each value is of the kind that is asked for. */
import type { z } from 'zod';
import { acquisitionFields } from '../profiles/cryoet/acquisition.js';
import { alignmentReference, newAlignmentFields } from '../profiles/cryoet/alignment.js';
import { draftOf, entriesOf, listOf, own } from '../profiles/cryoet/drafts.js';
import type { AnnotationValues, RunValues, TomogramValues } from './declared.js';
import { FILE_KINDS, type FileKind } from './kinds.js';

export interface DeclaredDataset {
  readonly key: string;
  readonly run_defaults: RunValues;
  readonly runs: Readonly<Record<string, RunValues>>;
  readonly tomograms: Readonly<Record<string, TomogramValues>>;
  readonly annotations: Readonly<Record<string, AnnotationValues>>;
  readonly mapping: readonly { readonly run_name: string; readonly kind: FileKind; readonly path: string }[];
}

const RUN_FIELDS: Readonly<Record<string, z.ZodType>> = {
  ...acquisitionFields,
  ...alignmentReference,
  ...newAlignmentFields,
};

/** Names under which nothing can be kept in an object. */
const isName = (name: string): boolean => name !== '__proto__';

/** In the order of the metadata. One data set called `main` stands for metadata that name none. */
export function declaredDatasets(metadata: unknown): DeclaredDataset[] {
  const declared = entriesOf(own(draftOf(metadata), 'datasets')).filter(([key]) => isName(key));
  return (declared.length > 0 ? declared : [['main', {}] as const]).map(([key, value]) => {
    const dataset = draftOf(value);
    const maps = <V>(name: string, read: (value: unknown) => V) =>
      Object.fromEntries(
        entriesOf(own(dataset, name))
          .filter(([each]) => isName(each))
          .map(([each, its]) => [each, read(its)]),
      );
    return {
      key,
      run_defaults: runValuesOf(own(dataset, 'run_defaults')),
      runs: maps('runs', runValuesOf),
      tomograms: maps('tomograms', (its) => plainOf(its) as TomogramValues),
      annotations: maps('annotations', annotationOf),
      mapping: listOf(own(dataset, 'file_mapping')).flatMap(mappingOf),
    };
  });
}

function runValuesOf(value: unknown): RunValues {
  return Object.fromEntries(
    entriesOf(value).filter(([name, each]) => {
      const field = Object.hasOwn(RUN_FIELDS, name) ? RUN_FIELDS[name] : undefined;
      return field !== undefined && each !== null && field.safeParse(each).success;
    }),
  );
}

/** Numbers, texts and flags, by the ends of their names: the rules between files calculate with them. */
function plainOf(value: unknown): Record<string, unknown> {
  return Object.fromEntries(
    entriesOf(value).filter(([name, each]) => {
      if (NUMBERS.test(name)) return typeof each === 'number' && Number.isFinite(each);
      return ['string', 'boolean', 'number'].includes(typeof each);
    }),
  );
}
const NUMBERS = /(_a|_factor|_binning|_count|_version|threshold)$/;

function annotationOf(value: unknown): AnnotationValues {
  const files = listOf(own(draftOf(value), 'files')).flatMap((each) => {
    const file = plainOf(each);
    return typeof file.path === 'string' ? [{ ...file, path: file.path }] : [];
  });
  return { ...plainOf(value), files };
}

function mappingOf(value: unknown): DeclaredDataset['mapping'] {
  const { run_name: run, kind, path } = draftOf(value);
  const known = FILE_KINDS.find((each) => each === kind);
  return typeof run === 'string' && typeof path === 'string' && known ? [{ run_name: run, kind: known, path }] : [];
}
