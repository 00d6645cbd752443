/** Which tomograms exist already, that annotations or other tomograms may refer to? Those of target records, published or one's own. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { declaredDatasets } from '../../checks/deposition/declared-datasets.js';
import type { KnownTomogram, MissingTarget } from '../../checks/deposition/deposition.js';
import { type BroughtFile, depositionKindOf, knownTomogramsOf } from '../../checks/deposition/judge-deposition.js';
import type { Submission } from '../submissions/submission.entity.js';

interface Target {
  readonly record: string;
  readonly dataset: string;
  readonly key: string | null;
}

interface Found {
  readonly id: string;
  readonly profile: string;
  readonly profileVersion: string;
  readonly metadata: Record<string, unknown>;
  readonly lastRunId: string | null;
}

/** The published version, or else the newest of one's own. */
const FIND = `
  SELECT id, profile, "profileVersion", metadata, "lastRunId" FROM submission
   WHERE accession = $1 AND (state LIKE 'published.%' OR "ownerId" = $2) AND state NOT IN ('withdrawn', 'rejected')
   ORDER BY state = 'published.current' DESC, version DESC LIMIT 1`;

const FILES = `
  SELECT DISTINCT ON (file) file AS path, sha256, facts FROM check_result
   WHERE "runId" = $1 AND facts ? 'format' ORDER BY file, "finishedAt" DESC`;

/** What was found of the targets. */
export interface Targets {
  readonly known: readonly KnownTomogram[];
  readonly missingTargets: readonly MissingTarget[];
}

@Injectable()
export class KnownTomograms {
  constructor(private readonly db: DataSource) {}

  async of({ metadata, ownerId }: Pick<Submission, 'metadata' | 'ownerId'>): Promise<Targets> {
    const known: KnownTomogram[] = [];
    const missingTargets: MissingTarget[] = [];
    for (const target of targetsOf(metadata)) {
      const [found]: [Found?] = await this.db.query(FIND, [target.record, ownerId]);
      const kind = found && depositionKindOf({ id: found.profile, version: found.profileVersion });
      const { record, dataset, key } = target;
      if (!found || !kind || !declaredDatasets(found.metadata).some((each) => each.key === dataset)) {
        missingTargets.push({ dataset: key ?? dataset, target: `${record}/${dataset}` });
        continue;
      }
      const files: BroughtFile[] = await this.db.query(FILES, [found.lastRunId]);
      known.push(...knownTomogramsOf({ kind, metadata: found.metadata, files, known: [] }, dataset, key ?? dataset));
    }
    return { known, missingTargets };
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
