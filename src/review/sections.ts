/**
 * Into which parts does whoever reviews divide a submission, and has one of them changed? The fields of its profile, its
 * files, each data set with its runs, and what the checks say; each with a hash of what is in it. Pure.
 */
import { createHash } from 'node:crypto';
import { formOf, type Profile } from '../../checks/profiles/profile.js';
import { canonical } from '../platform/canonical-json.js';

export interface Section {
  readonly id: string;
  readonly kind: 'metadata' | 'files' | 'dataset' | 'runs' | 'checks';
  readonly title: string;
  readonly hash: string;
}

export interface Content {
  readonly title: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Of paths and digests. */
  readonly files: string;
  readonly datasets: readonly {
    readonly id: string;
    readonly path: string;
    readonly title: string | null;
    readonly sha256: string;
  }[];
  /** Null: no run has ended. */
  readonly checks: {
    readonly outcome: string;
    readonly open: readonly string[];
    readonly waived: readonly string[];
  } | null;
}

/** In the order in which they are read. A data set of a deposition is a section without its runs, and those are another. */
export function sectionsOf(profile: Profile, content: Content): Section[] {
  const fields = Object.entries(profile.metadata.shape)
    .filter(([name]) => name !== 'datasets')
    .map(([name]) => section(`metadata.${name}`, 'metadata', titleOf(profile, name), content.metadata[name] ?? null));
  const declared = Object.entries(membersOf(content.metadata.datasets)).flatMap(([key, dataset]) => {
    const { runs = null, run_defaults: defaults = null, ...rest } = membersOf(dataset);
    const name = typeof rest.title === 'string' ? rest.title : key;
    return [
      section(`dataset.${key}`, 'dataset', name, rest),
      section(`runs.${key}`, 'runs', `Runs of ${name}`, { runs, defaults }),
    ];
  });
  const files = content.datasets.map(({ id, ...file }) =>
    section(`dataset.${id}`, 'dataset', file.title ?? nameOf(file.path), file),
  );
  return [
    section('title', 'metadata', 'Title', content.title),
    ...fields,
    ...declared,
    section('files', 'files', 'Files', content.files),
    ...files,
    section('checks', 'checks', 'Checks', content.checks),
  ];
}

const section = (id: string, kind: Section['kind'], title: string, what: unknown): Section => ({
  ...{ id, kind, title },
  hash: createHash('sha256').update(canonical(what)).digest('hex').slice(0, 24),
});

/** A form is drawn once. */
const forms = new WeakMap<Profile, Readonly<Record<string, { readonly title?: string }>>>();

function titleOf(profile: Profile, field: string): string {
  const titles = forms.get(profile) ?? (formOf(profile).properties as Record<string, { title?: string }>);
  forms.set(profile, titles);
  return titles[field]?.title ?? field;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
