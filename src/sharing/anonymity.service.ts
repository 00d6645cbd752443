/** Whose names must a visitor by an anonymised link not learn? Everybody's who has to do with the record, as things stand. */
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { profileOf } from '../../checks/profiles/index.js';
import { formOf, type Profile } from '../../checks/profiles/profile.js';
import type { Visit } from '../identity/user.js';
import { withhold } from '../platform/withholding.js';
import { type IdentityWords, type Known, wordsOf } from './identity-words.js';
import { Redactor } from './redactor.js';
import { sharingKey } from './sharing-key.js';
import { heldIn, shownIn } from './withheld-fields.js';

/** Whoever owns it, owned it, or works on it are its authors; whoever else has taken a step reviews it. */
const PEOPLE = `
  WITH authors AS (
    SELECT "ownerId" AS id FROM submission WHERE accession = $1
    UNION SELECT "personId" FROM collaborator WHERE accession = $1
    UNION SELECT "addedBy" FROM collaborator WHERE accession = $1
    UNION SELECT unnest(ARRAY["fromId", "toId"]) FROM ownership_transfer WHERE accession = $1
    UNION SELECT "createdBy" FROM share_link WHERE accession = $1
    UNION SELECT unnest(ARRAY["invitedBy", "acceptedBy"]) FROM invitation WHERE accession = $1),
  staff AS (
    SELECT assignee AS id FROM submission WHERE accession = $1
    UNION SELECT t."actorId" FROM submission_transition t JOIN submission s ON s.id = t."submissionId" WHERE s.accession = $1
    UNION SELECT c."personId" FROM thread_comment c JOIN thread t ON t.id = c."threadId"
                               JOIN submission s ON s.id = t."submissionId" WHERE s.accession = $1)
  SELECT p.id, p.name, p.email, p.orcid,
         CASE WHEN p.id IN (SELECT id FROM authors) THEN 'Author' ELSE 'Curator' END AS "as"
    FROM person p WHERE p.id IN (SELECT id FROM authors UNION SELECT id FROM staff)`;

const VERSIONS = `
  SELECT profile, "profileVersion", metadata, state ~ '^(published|tombstoned)' AS "wasPublic"
    FROM submission WHERE accession = $1 ORDER BY version DESC`;

const INVITED = 'SELECT email FROM invitation WHERE accession = $1';

/** What people may have named: files as they are and were, and the keys of their metadata. */
const PATHS = `
  SELECT f.path FROM submission_file f JOIN submission s ON s.id = f."submissionId" WHERE s.accession = $1
   UNION SELECT c.file FROM check_result c JOIN validation_run r ON r.id = c."runId"
                       JOIN submission s ON s.id = r."submissionId" WHERE s.accession = $1`;

interface Version {
  readonly profile: string;
  readonly profileVersion: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly wasPublic: boolean;
}

export interface Identity {
  readonly profile: Profile;
  readonly people: readonly Known[];
  readonly words: IdentityWords;
  readonly wasPublic: boolean;
}

@Injectable()
export class Anonymity {
  constructor(private readonly db: DataSource) {}

  /** Nothing that this request is answered with tells who they are; and nothing that it asks finds it out. */
  async withholdFrom(request: FastifyRequest, { accession }: Visit): Promise<void> {
    const redactor = await this.redactorOf(accession);
    withhold(request, redactor);
    const asked = [request.query, request.params].filter(isRecord);
    const mapped = asked.flatMap(Object.values).some((text) => /withheld-/.test(String(text)));
    const names = mapped ? await this.names(accession) : [];
    for (const texts of asked) {
      for (const [name, text] of Object.entries(texts)) {
        if (typeof text !== 'string') continue;
        texts[name] = name === 'cursor' ? redactor.unsealed(text) : redactor.original(text, () => names);
      }
    }
  }

  async redactorOf(accession: string): Promise<Redactor> {
    const { profile, people, words } = await this.identityOf(accession);
    const key = `${await sharingKey(this.db)} ${accession}`;
    return new Redactor({ profile: profile.id, people, words, key, fields: fieldsOf(profile) });
  }

  async identityOf(accession: string): Promise<Identity> {
    const people: Known[] = await this.db.query(PEOPLE, [accession]);
    const versions: Version[] = await this.db.query(VERSIONS, [accession]);
    const invited: { email: string }[] = await this.db.query(INVITED, [accession]);
    const [newest] = versions;
    if (!newest) throw new Error(`The record ${accession} has no version.`);
    const leaves = [
      ...versions.flatMap(({ profile, metadata }) => [...heldIn(profile, metadata)]),
      ...invited.map(({ email }) => ({ field: 'email', text: email })),
    ];
    const words = wordsOf(people, leaves);
    const wasPublic = versions.some((version) => version.wasPublic);
    // What is public tells its authors: its name leads there.
    const exact = wasPublic ? new Set([...words.exact, accession]) : words.exact;
    return { profile: profileOf(newest), people, words: { ...words, exact }, wasPublic };
  }

  private async names(accession: string): Promise<string[]> {
    const paths: { path: string }[] = await this.db.query(PATHS, [accession]);
    const versions: Version[] = await this.db.query(VERSIONS, [accession]);
    const keys = versions.flatMap(({ profile, metadata }) => [...shownIn(profile, metadata)].map(({ text }) => text));
    return [...paths.map(({ path }) => path), ...keys];
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const known = new WeakMap<Profile, ReadonlySet<string>>();

/** The names of its fields, which are ours. */
function fieldsOf(profile: Profile): ReadonlySet<string> {
  const fields = known.get(profile) ?? new Set(propertiesIn(formOf(profile)));
  known.set(profile, fields);
  return fields;
}

function* propertiesIn(schema: unknown): Iterable<string> {
  if (!isRecord(schema)) return;
  for (const [key, inner] of Object.entries(schema)) {
    if (key === 'properties' && isRecord(inner)) yield* Object.keys(inner);
    yield* propertiesIn(inner);
  }
}
