/**
 * How is somebody forgotten, and the record of science kept? Their account is closed, their submissions are settled one by
 * one, and then one transaction takes what tells of them. Whatever stops it on the way, it can be asked for again.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { AlreadyErased } from '../identity/identity.errors.js';
import { PeopleService } from '../identity/people.service.js';
import type { Person } from '../identity/person.entity.js';
import { RolesService } from '../identity/roles.service.js';
import type { User } from '../identity/user.js';
import { announce } from '../live/announce.js';
import { Precondition } from '../platform/etag.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { ErasureUndecided, NoSuchHeir } from './erasure.errors.js';
import type { ErasureAsked, ErasureView } from './erasure.schema.js';
import { countOf, ERASE_PERSON, ERASE_WORDS, ERASED, type Erasure, statementOf } from './personal-data.js';

interface Owned {
  readonly id: string;
  readonly accession: string;
  readonly state: string;
  readonly fate: 'draft' | 'open' | 'kept';
}

/** The newest first, so that no version is settled before a draft of the next. */
const OWNED = `
  SELECT id, accession, state,
         CASE WHEN state LIKE 'published.%' OR state IN ('withdrawn', 'rejected', 'tombstoned') THEN 'kept'
              WHEN sealed IS NULL AND (state LIKE 'draft.%' OR state = 'uploaded') THEN 'draft'
              ELSE 'open' END AS fate
    FROM submission WHERE "ownerId" = $1 ORDER BY accession, version DESC`;

/** A name of several words or letters enough is one; what is shorter stands in too many other words. */
const MIN_NAME = 5;
const REASON = 'The account of its owner was erased.';

@Injectable()
export class ErasureService {
  constructor(
    private readonly db: DataSource,
    private readonly people: PeopleService,
    private readonly roles: RolesService,
    private readonly submissions: SubmissionsService,
  ) {}

  /** @throws AlreadyErased, ErasureUndecided, NoSuchHeir, LastAdmin, PersonNotFound; TransitionRefused while one is being published */
  async erase(id: string, asked: ErasureAsked, by: User): Promise<ErasureView> {
    const person = await this.people.get(id);
    if (person.erasedAt) throw new AlreadyErased(person.erasedAt);
    const owned: Owned[] = await this.db.query(OWNED, [id]);
    const view = await this.preview(id, owned, asked);
    if (asked.dryRun) return view;

    const open = owned.filter(({ fate }) => fate === 'open');
    if (open.length > 0 && !asked.handOverTo && !asked.withdraw) {
      throw new ErasureUndecided(open.map(({ accession, state, ...one }) => ({ id: one.id, accession, state })));
    }
    if (asked.handOverTo) await this.mustInherit(asked.handOverTo, id);
    await this.roles.change(id, { disabled: true }, Precondition.of('*'), by);
    await this.settle(owned, asked, by);
    return { ...view, erasedAt: await this.forget(person, by) };
  }

  private async preview(personId: string, owned: readonly Owned[], asked: ErasureAsked): Promise<ErasureView> {
    const decided = asked.withdraw ? 'withdrawn' : 'undecided';
    const becomes = asked.handOverTo ? 'handed_over' : decided;
    const data: ErasureView['data'] = [];
    for (const erasure of ERASED as readonly Erasure[]) {
      const [{ rows }] = await this.db.query(countOf(erasure), [personId]);
      if (rows > 0) data.push({ what: erasure.what, becomes: erasure.change ? 'changed' : 'removed', rows });
    }
    const of = (fate: Owned['fate']) => owned.filter((each) => each.fate === fate);
    return {
      ...{ personId, erasedAt: null, drafts: of('draft').length, kept: of('kept').length, data },
      open: of('open').map(({ id, accession, state }) => ({ id, accession, state, becomes })),
    };
  }

  private async mustInherit(heir: string, id: string): Promise<void> {
    const [found] = await this.db.query(
      `SELECT FROM person p WHERE p.id = $1 AND p.id <> $2 AND p."disabledAt" IS NULL AND 'submitter' = ANY (roles_held(p))
          AND NOT EXISTS (SELECT FROM submission s WHERE s."ownerId" = $2 AND s.assignee = p.id)`,
      [heir, id],
    );
    if (!found) throw new NoSuchHeir(heir);
  }

  private async settle(owned: readonly Owned[], { handOverTo }: ErasureAsked, by: User): Promise<void> {
    for (const { id, accession, fate } of owned) {
      if (fate === 'draft') await this.submissions.remove(id, null);
      if (fate !== 'open') continue;
      if (handOverTo) await this.handOver(id, accession, handOverTo, by);
      else await this.submissions.move(id, { type: 'admin.withdraw', reason: REASON }, by);
    }
  }

  /** The record, and so all its versions. Whoever owns it is not its collaborator too. */
  private async handOver(submissionId: string, accession: string, heir: string, by: User): Promise<void> {
    await this.db.transaction(async (tx) => {
      await this.submissions.changeOwner(tx, accession, heir);
      await tx.query('DELETE FROM collaborator WHERE accession = $1 AND "personId" = $2', [accession, heir]);
      const [object, details] = [{ type: 'record', id: accession }, { to: heir }];
      await recordAct(tx, { actorId: by.id, action: 'record.handed_over', object, submissionId, details });
      await announce(tx, { topic: 'sharing.changed', submissionId, data: { id: submissionId, accession } });
    });
  }

  private async forget({ id, name, email }: Person, by: User): Promise<Date> {
    return this.db.transaction(async (tx) => {
      for (const erasure of ERASED) await tx.query(statementOf(erasure), [id]);
      await this.eraseWords(tx, id, name, email);
      const [[{ erasedAt }]] = await tx.query(ERASE_PERSON, [id]);
      await recordAct(tx, { actorId: by.id, action: 'person.erased', object: { type: 'person', id } });
      return erasedAt;
    });
  }

  private async eraseWords(tx: EntityManager, id: string, name: string, email: string): Promise<void> {
    const words = [name, email].filter((word) => word.length >= MIN_NAME).map(patternOf);
    for (const statement of ERASE_WORDS) await tx.query(statement, [id, `(${words.join('|')})`, email]);
  }
}

/** As it stands in JSON, too, and not within other words. */
const patternOf = (word: string): string => {
  const quoted = [word, JSON.stringify(word).slice(1, -1)].map((text) => text.replace(/[^\p{L}\p{N} ]/gu, '\\$&'));
  return `(?<![[:alnum:]])(?:${[...new Set(quoted)].join('|')})(?![[:alnum:]])`;
};
