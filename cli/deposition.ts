/** Do the files of a folder agree, run by run? By what the checks have learnt of them, and by its description where it has one. */
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { BroughtFile, Judged } from '../checks/deposition/judge-deposition.js';
import { type CheckOutcome, type Finding, fingerprint } from '../checks/finding.js';
import type { MetadataFault, Profile } from '../checks/profiles/profile.js';
import { UsageError } from './exit.js';
import { digestsOf } from './folder-digests.js';

/** What stands beside the files, for title and metadata. */
export const DESCRIPTION = 'accession.json';

export interface JudgedFolder extends Judged {
  /** Their findings are of files as they were named, or of the folder. */
  readonly outcomes: readonly CheckOutcome[];
}

interface Folder {
  /** As it was named. */
  readonly path: string;
  readonly profile: string | null;
  readonly results: readonly CheckOutcome[];
  readonly unchecked: readonly string[];
  /** Whether every byte is read: for digests. */
  readonly full: boolean;
  readonly signal: AbortSignal;
}

interface Described {
  readonly profile?: unknown;
  readonly metadata?: unknown;
}

/** Null where the folder is no deposition: neither its profile nor its files say so. */
export async function judgeFolder({
  path,
  profile,
  results,
  unchecked,
  full,
  signal,
}: Folder): Promise<JudgedFolder | null> {
  // It comes with zod, and most folders do without.
  const { depositionKindOf, factsByFile, judgeDeposition, outcomesOf } = await import(
    '../checks/deposition/judge-deposition.js'
  );
  const { PROFILES } = await import('../checks/profiles/index.js');
  const { faultsOf } = await import('../checks/profiles/profile.js');
  const described = await descriptionOf(path);
  const named = profile ?? (typeof described?.profile === 'string' ? described.profile : null);
  const facts = factsByFile(results);
  const known = PROFILES.get(named ?? (facts.size > 0 ? 'cryoet-dataset' : ''));
  const kind = known ? depositionKindOf(known) : null;
  if (kind === null) return null;

  const within = (file: string) => (file.startsWith(`${path}/`) ? file.slice(path.length + 1) : file);
  const paths = [...new Set([...results.map(({ file }) => file), ...unchecked])];
  const brought = paths.filter((file) => within(file) !== DESCRIPTION && !/(^|\/)\./.test(within(file)));
  const digests = full ? await digestsOf(path, brought.map(within), signal) : null;
  const files = brought.map(
    (file): BroughtFile => ({
      ...{ path: within(file), sha256: digests?.get(within(file)) ?? null },
      facts: facts.get(file) ?? null,
    }),
  );
  const judged = judgeDeposition({ kind, metadata: described?.metadata ?? {}, files, known: [] });
  if (named === null && judged.deposition.datasets.every(({ runs }) => runs.length === 0)) return null;
  const asNamed = (finding: Finding): Finding => ({ ...finding, file: posix.join(path, finding.file) });
  const ofMetadata = described && known ? [metadataOutcome(known, faultsOf(known, described.metadata ?? {}))] : [];
  const outcomes = [...ofMetadata, ...outcomesOf(judged)].map((each) => ({
    ...each,
    findings: each.findings.map(asNamed),
  }));
  return { ...judged, outcomes };
}

/** What the profile asks for and does not find: the server would refuse to take the submission. */
function metadataOutcome(profile: Profile, faults: readonly MetadataFault[]): CheckOutcome {
  const of = { check: 'metadata', file: DESCRIPTION };
  const findings = faults.map(
    ({ pointer, detail }): Finding => ({
      ...{ ...of, rule: 'profile', severity: 'error', location: `/metadata${pointer}`, count: 1, samples: [] },
      fingerprint: fingerprint(of.check, 'profile', of.file, pointer, detail),
      ...{ message: `${pointer}: ${detail}.`, found: null, expected: null, docs: null },
      fix: `Complete ${DESCRIPTION}: \`accession init DIR --profile ${profile.id} --example\` shows every field.`,
    }),
  );
  return { ...of, outcome: findings.length > 0 ? 'failed' : 'passed', findings, undecided: [], facts: {} };
}

async function descriptionOf(folder: string): Promise<Described | null> {
  const path = join(folder, DESCRIPTION);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new UsageError(`${path} cannot be read (${error.code}): make it readable, or take it away.`);
  });
  if (text === null) return null;
  try {
    const described: unknown = JSON.parse(text);
    return typeof described === 'object' ? (described as Described) : null;
  } catch {
    throw new UsageError(`${path} is no JSON: mend it, or take it away.`);
  }
}
