/** Which views of the queue are there? Those that are built in, one's own, and the team's; each a query that the list takes. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { Clock } from '../clock.js';
import { CONFIG, type Config } from '../config.js';
import type { User } from '../identity/user.js';
import { DomainError } from '../platform/domain-error.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import { upTo } from './facets.service.js';
import { NameTaken, NotYourView, ViewNotFound } from './queue.errors.js';
import { countSome, planned } from './rows.js';
import { type NewView, type SavedView, type ViewEdit, ViewQuery } from './views.schema.js';
import { isTaken } from './vocabulary.service.js';

type Query = Readonly<Record<string, string>>;

/** In the order in which they are shown. */
const BUILT_IN: readonly { readonly slug: string; readonly name: string; readonly query: Query }[] = [
  { slug: 'mine', name: 'Mine', query: { assignee: 'me', state: 'curator_review', sort: 'since' } },
  { slug: 'unclaimed', name: 'Unclaimed', query: { state: 'curator_review.unassigned', sort: 'since' } },
  { slug: 'resubmitted', name: 'Resubmitted', query: { state: 'curator_review', resubmitted: 'true', sort: 'since' } },
  { slug: 'overdue', name: 'Overdue', query: { overdue: 'true', sort: 'since' } },
  {
    slug: 'blocked-on-submitter',
    name: 'Blocked on submitter',
    query: { state: 'draft.changes_requested,draft.checks_failed', sort: 'since' },
  },
  { slug: 'ready-to-approve', name: 'Ready to approve', query: { ready: 'true', sort: 'since' } },
  { slug: 'all', name: 'All', query: { sort: '-updatedAt' } },
];

interface Row {
  readonly id: string;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly slug: string;
  readonly name: string;
  readonly query: Query;
  readonly isPinned: boolean;
}

/** More than anybody looks through; they are counted one by one. */
const MOST = 100;
const SELECT = `
  SELECT v.id, v."ownerId", p.name AS "ownerName", v.slug, v.name, v.query, v."isPinned"
    FROM saved_view v JOIN person p ON p.id = v."ownerId"`;

export type Whose = 'own' | 'team';

@Injectable()
export class ViewsService {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async own(user: User): Promise<SavedView[]> {
    const rows: Row[] = await this.db.query(
      `${SELECT} WHERE v."ownerId" = $1 AND NOT v."isShared" ORDER BY v."isPinned" DESC, lower(v.name) LIMIT ${MOST}`,
      [user.id],
    );
    return this.counted(rows.map(view), user);
  }

  /** With those that are built in. */
  async team(user: User): Promise<SavedView[]> {
    const rows: Row[] = await this.db.query(
      `${SELECT} WHERE v."isShared" ORDER BY v."isPinned" DESC, lower(v.name) LIMIT ${MOST}`,
    );
    const builtIn = BUILT_IN.map((each) => ({ ...each, id: null, pinned: true, owner: null, count: null, etag: null }));
    return this.counted([...builtIn.map(withLink), ...rows.map(view)], user);
  }

  async create(whose: Whose, { slug, name, query, pinned }: NewView, user: User): Promise<SavedView> {
    const id = randomUUID();
    const address = slug ?? slugOf(name);
    return this.write(id, address, user, 'created', async (tx) => {
      if (whose === 'team' && BUILT_IN.some((each) => each.slug === address)) throw new NameTaken('view', address);
      await tx.query(
        `INSERT INTO saved_view (id, "ownerId", slug, name, query, "isShared", "isPinned") VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [id, user.id, address, name, JSON.stringify(query), whose === 'team', pinned],
      );
    });
  }

  async edit(whose: Whose, id: string, edit: ViewEdit, user: User, expected: Precondition): Promise<SavedView> {
    return this.write(id, edit.slug ?? '', user, 'changed', async (tx) => {
      const before = await one(tx, whose, id, user);
      if (before.ownerId !== user.id) throw new NotYourView(id, before.ownerName);
      expected.check(fieldsOf(before));
      const { name, slug, query, pinned } = { ...fieldsOf(before), ...edit };
      if (whose === 'team' && BUILT_IN.some((each) => each.slug === slug)) throw new NameTaken('view', slug);
      await tx.query(
        `UPDATE saved_view SET name = $2, slug = $3, query = $4, "isPinned" = $5, "updatedAt" = now() WHERE id = $1`,
        [id, name, slug, JSON.stringify(query), pinned],
      );
    });
  }

  /** Of the team's, its owner's; an admin may tidy up. */
  async remove(whose: Whose, id: string, user: User, expected: Precondition): Promise<void> {
    await this.db.transaction(async (tx) => {
      const before = await one(tx, whose, id, user);
      if (before.ownerId !== user.id && !user.roles.includes('admin')) throw new NotYourView(id, before.ownerName);
      expected.check(fieldsOf(before));
      await tx.query('DELETE FROM saved_view WHERE id = $1', [id]);
      await recordAct(tx, { actorId: user.id, action: 'view.deleted', object: { type: 'view', id } });
    });
  }

  private async write(
    id: string,
    slug: string,
    user: User,
    done: string,
    write: (tx: EntityManager) => Promise<void>,
  ): Promise<SavedView> {
    try {
      const row = await this.db.transaction(async (tx): Promise<Row> => {
        await write(tx);
        await recordAct(tx, { actorId: user.id, action: `view.${done}`, object: { type: 'view', id } });
        const [written] = await tx.query(`${SELECT} WHERE v.id = $1`, [id]);
        return written;
      });
      const [counted] = await this.counted([view(row)], user);
      return counted ?? view(row);
    } catch (error) {
      if (isTaken(error)) throw new NameTaken('view', slug);
      throw error;
    }
  }

  /** For whoever looks: "mine" is another view for everybody. */
  private async counted(views: readonly SavedView[], user: User): Promise<SavedView[]> {
    const [now, config] = [this.clock.in(0), this.config];
    return planned(this.db, async (tx) => {
      const counted: SavedView[] = [];
      for (const each of views) {
        const query = ViewQuery.safeParse(each.query).data;
        const n = query && (await countSome(tx, { query, user, now, config }).catch(saysNothing));
        counted.push(n === undefined || n === null ? each : { ...each, ...upTo(n) });
      }
      return counted;
    });
  }
}

/** A query may name a label that is there no more, or ask for what is no longer its reader's to see. */
function saysNothing(error: unknown): null {
  if (error instanceof DomainError) return null;
  throw error;
}

/** @throws ViewNotFound where it is not there, or another's own */
async function one(tx: EntityManager, whose: Whose, id: string, user: User): Promise<Row> {
  const [row] = await tx.query(
    `${SELECT} WHERE v.id = $1 AND v."isShared" = $2 AND ($2 OR v."ownerId" = $3) FOR UPDATE OF v`,
    [id, whose === 'team', user.id],
  );
  if (!row) throw new ViewNotFound(id);
  return row;
}

const fieldsOf = ({ name, slug, query, isPinned }: Row) => ({ name, slug, query, pinned: isPinned });

function view(row: Row): SavedView {
  const { id, slug, name, query, isPinned: pinned } = row;
  const owner = { id: row.ownerId, name: row.ownerName };
  return withLink({ id, slug, name, query, pinned, owner, count: null, etag: etagOf(fieldsOf(row)) });
}

const withLink = (shown: Omit<SavedView, 'links'>): SavedView => ({
  ...shown,
  links: { submissions: `/api/v1/submissions?${new URLSearchParams(shown.query)}` },
});

const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)
    .replace(/-$/, '') || 'view';
