/** Where do names still stand that an anonymised link withholds? Their owner is told before anybody else looks. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Submission } from '../submissions/submission.entity.js';
import { Anonymity } from './anonymity.service.js';
import type { IdentityScan } from './hidden-names.schema.js';
import { shownIn } from './withheld-fields.js';

/** More are of no help. */
const MOST = 1_000;

type Where = IdentityScan['items'][number]['where'];

interface Said {
  readonly where: Where;
  readonly pointer: string;
  readonly text: string;
}

/** What files are called, what the last run says and has learnt, and what people say: `$1` is the submission. */
const SAID = `
  SELECT 'file' AS "where", path AS pointer, path AS text FROM submission_file WHERE "submissionId" = $1
  UNION ALL
  SELECT 'finding', f.fingerprint, concat_ws(E'\\n', f.message, f.found, f.expected, f.samples::text)
    FROM finding f JOIN submission s ON s."lastRunId" = f."runId" WHERE s.id = $1
  UNION ALL
  SELECT 'facts', '/' || c.file || '/' || c."check", c.facts::text
    FROM check_result c JOIN submission s ON s."lastRunId" = c."runId" WHERE s.id = $1 AND c.facts <> '{}'
  UNION ALL
  SELECT 'comment', c.id::text, c.text FROM thread_comment c JOIN thread t ON t.id = c."threadId"
   WHERE t."submissionId" = $1 AND c.text IS NOT NULL`;

@Injectable()
export class HiddenNames {
  constructor(
    private readonly db: DataSource,
    private readonly anonymity: Anonymity,
  ) {}

  async scan({ id, accession, title, profile, metadata }: Submission): Promise<IdentityScan> {
    const redactor = await this.anonymity.redactorOf(accession);
    const { wasPublic } = await this.anonymity.identityOf(accession);
    const elsewhere: Said[] = await this.db.query(SAID, [id]);
    const said: Said[] = [
      { where: 'title', pointer: '/title', text: title },
      ...[...shownIn(profile, metadata, '/metadata')].map((part) => ({ where: 'metadata' as const, ...part })),
      ...elsewhere,
    ];
    const named = said.flatMap(({ where, pointer, text }) =>
      redactor.found(text).map((word) => ({ where, pointer, word })),
    );
    // An earlier version tells its authors to everybody: whoever knows the accession need only look.
    const items = [...(wasPublic ? [{ where: 'record' as const, pointer: accession, word: accession }] : []), ...named];
    return { items: items.slice(0, MOST), isComplete: items.length <= MOST };
  }
}
