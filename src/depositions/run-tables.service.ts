/** How are runs by the hundred edited? As a table, in one step of the submission; and from what their MDOCs tell. */
import { Injectable } from '@nestjs/common';
import { declaredDatasets } from '../../checks/deposition/declared-datasets.js';
import { factsAs, filesOf } from '../../checks/deposition/deposition.js';
import { depositionKindOf } from '../../checks/deposition/judge-deposition.js';
import { importMdoc } from '../../checks/deposition/mdoc-import.js';
import { importRuns, runsTable } from '../../checks/deposition/runs-table.js';
import type { User } from '../identity/user.js';
import { etagOf, type Precondition, StaleVersion } from '../platform/etag.js';
import type { Submission } from '../submissions/submission.entity.js';
import { tagged } from '../submissions/submission-views.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { NoDeposition, NoSuchDataset } from './depositions.errors.js';
import { DepositionsService } from './depositions.service.js';
import type { MdocImportView, RunTableImport } from './run-tables.schema.js';

interface Asked {
  readonly dryRun: boolean;
  readonly expected: Precondition;
  readonly user: User;
}

@Injectable()
export class RunTables {
  constructor(
    private readonly submissions: SubmissionsService,
    private readonly depositions: DepositionsService,
  ) {}

  /** @throws NoDeposition, NoSuchDataset */
  csv(submission: Submission, key: string): string {
    const { runs, kind } = datasetOf(submission, key);
    return runsTable(runs, kind);
  }

  /** @throws NoDeposition, NoSuchDataset, StaleVersion, TransitionRefused where the submission is no draft */
  async take(
    submission: Submission,
    key: string,
    csv: string,
    { dryRun, expected, user }: Asked,
  ): Promise<RunTableImport> {
    expected.check(tagged(submission));
    const { runs, kind } = datasetOf(submission, key);
    const { patch, added, changed, removed, faults } = importRuns(csv, runs, kind);
    const applied = !dryRun && faults.length === 0;
    if (applied) {
      const metadata = { datasets: { [key]: { runs: patch } } };
      // Whoever edits meanwhile is not overwritten: what was compared must still be there.
      await this.submissions.edit(submission.id, { metadata }, user, (before) => {
        expected.check(tagged(before));
        if (before.updatedAt !== submission.updatedAt) throw new StaleVersion(etagOf(tagged(before)), ['/metadata']);
      });
    }
    return { added: [...added], changed: [...changed], removed: [...removed], faults: [...faults], applied };
  }

  async mdocImports(submission: Submission): Promise<MdocImportView[]> {
    const { deposition } = await this.depositions.judged(submission);
    return deposition.datasets.flatMap((dataset) =>
      dataset.runs.flatMap((run) =>
        filesOf(run, 'mdoc').flatMap((file) => {
          const facts = factsAs(file, 'mdoc');
          if (!facts) return [];
          const { fills, differs, agrees, silent } = importMdoc(facts, run.declared);
          const patch = { datasets: { [dataset.key]: { runs: { [run.name]: fills } } } };
          return [
            {
              ...{ dataset: dataset.key, run: run.name, file: file.path, fills: { ...fills }, patch },
              ...{ differs: [...differs], agrees: [...agrees], silent: [...silent] },
            },
          ];
        }),
      ),
    );
  }
}

function datasetOf({ profile, profileVersion, metadata }: Submission, key: string) {
  const kind = depositionKindOf({ id: profile, version: profileVersion });
  if (kind === null) throw new NoDeposition(profile);
  const dataset = declaredDatasets(metadata).find((each) => each.key === key);
  if (!dataset) throw new NoSuchDataset(key);
  return { runs: dataset.runs, kind };
}
