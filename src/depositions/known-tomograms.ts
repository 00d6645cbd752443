/** Which runs and tomograms exist already, to which annotations or other tomograms may be added? Those of target records, published or one's own. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { declaredDatasets } from '../../checks/deposition/declared-datasets.js';
import type { KnownRun, KnownTomogram, NamedTarget } from '../../checks/deposition/deposition.js';
import { type BroughtFile, depositionKindOf, knownOf } from '../../checks/deposition/judge-deposition.js';
import { factsOf } from '../submissions/facts.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionsService } from '../submissions/submissions.service.js';

interface Target {
  readonly record: string;
  readonly dataset: string;
  readonly key: string | null;
}

interface Found extends Pick<Submission, 'id' | 'profile' | 'profileVersion' | 'metadata' | 'state'> {
  readonly lastRunId: string | null;
}

/** The published version, or else the newest of one's own. */
const FIND = `
  SELECT id, profile, "profileVersion", metadata, state, "lastRunId" FROM submission
   WHERE accession = $1 AND (state LIKE 'published.%' OR "ownerId" = $2) AND state NOT IN ('withdrawn', 'rejected')
   ORDER BY state = 'published.current' DESC, version DESC LIMIT 1`;

const FILES = `
  SELECT DISTINCT ON (file) file AS path, sha256, facts FROM check_result
   WHERE "runId" = $1 AND facts ? 'format' ORDER BY file, "finishedAt" DESC`;

/** What was found of the targets. */
export interface Targets {
  readonly known: readonly KnownTomogram[];
  readonly knownRuns: readonly KnownRun[];
  readonly missingTargets: readonly NamedTarget[];
  readonly uncheckedTargets: readonly NamedTarget[];
}

@Injectable()
export class KnownTomograms {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
  ) {}

  async of({ metadata, ownerId }: Pick<Submission, 'metadata' | 'ownerId'>): Promise<Targets> {
    const known: KnownTomogram[] = [];
    const knownRuns: KnownRun[] = [];
    const missingTargets: NamedTarget[] = [];
    const uncheckedTargets: NamedTarget[] = [];
    for (const target of targetsOf(metadata)) {
      const [found]: [Found?] = await this.db.query(FIND, [target.record, ownerId]);
      const kind = found && depositionKindOf({ id: found.profile, version: found.profileVersion });
      const { record, dataset, key } = target;
      const named = { dataset: key ?? dataset, target: `${record}/${dataset}` };
      if (!found || !kind || !declaredDatasets(found.metadata).some((each) => each.key === dataset)) {
        missingTargets.push(named);
        continue;
      }
      if (!(await this.isChecked(found))) uncheckedTargets.push(named);
      const files: BroughtFile[] = await this.db.query(FILES, [found.lastRunId]);
      const { runs, tomograms } = knownOf({ kind, metadata: found.metadata, files, known: [] }, dataset, named.dataset);
      for (const run of runs) knownRuns.push(run);
      for (const tomogram of tomograms) known.push(tomogram);
    }
    return { known, knownRuns, missingTargets, uncheckedTargets };
  }

  /** Whether the last run has judged what is there now. What is published is sealed. */
  private async isChecked({ id, state }: Found): Promise<boolean> {
    if (state.startsWith('published.')) return true;
    const submission = await this.submissions.get(id);
    return submission.checked === (await factsOf(this.db.manager, submission)).revision;
  }
}

function targetsOf({ target_datasets: targets }: Readonly<Record<string, unknown>>): Target[] {
  if (!Array.isArray(targets)) return [];
  return targets.flatMap((target: unknown) => {
    const { record, dataset, key = null } = (target ?? {}) as Record<string, unknown>;
    return typeof record === 'string' && typeof dataset === 'string'
      ? [{ record, dataset, key: typeof key === 'string' ? key : null }]
      : [];
  });
}
