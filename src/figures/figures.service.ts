/** How is the work going? The figures, for those submissions that the caller reviews. */
import { Injectable } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { reviewedProfiles, type User } from '../identity/user.js';
import { InvalidQuery } from '../platform/invalid-request.js';
import { FIGURE_NAMES, FIGURES, type Figure, type FigureName } from './figures.js';
import type { FigureQuery, FiguresView, FigureView } from './figures.schema.js';

const DAY_MS = 86_400_000;
const TWELVE_WEEKS_MS = 12 * 7 * DAY_MS;
const FIVE_YEARS_MS = 5 * 366 * DAY_MS;
const linksOf = (name: FigureName) => ({ self: `/api/v1/figures/${name}`, csv: `/api/v1/figures/${name}.csv` });

@Injectable()
export class FiguresService {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
  ) {}

  all(): FiguresView {
    const items = FIGURE_NAMES.map((name) => {
      const { title, definition } = FIGURES[name];
      return { name, title, definition, links: linksOf(name) };
    });
    return { items };
  }

  async figure(name: FigureName, query: FigureQuery, user: User): Promise<FigureView> {
    const { title, definition, columns, sql }: Figure = FIGURES[name];
    const { from, to } = periodOf(query, this.clock.in(0));
    const items = await this.rows(sql, [from, to, profilesFor(user, query.profile)]);
    return {
      ...{ name, title, definition, from, to, profile: query.profile ?? null, items },
      columns: Object.entries(columns).map(([id, column]) => ({ id, ...column })),
      links: linksOf(name),
    };
  }

  async csv(name: FigureName, query: FigureQuery, user: User): Promise<string> {
    const { columns, items } = await this.figure(name, query, user);
    const rows = items.map((item) => columns.map(({ id }) => cellOf(item[id] ?? null)));
    return stringify([columns.map(({ id }) => id), ...rows]);
  }

  /**
   * Hundreds of thousands of rows are counted: in memory, and by hashing. PostgreSQL takes nearly every row for a group of
   * its own, and would sort them by their texts, which takes twice as long.
   */
  private async rows(sql: string, params: readonly unknown[]): Promise<FigureView['items']> {
    return this.db.transaction(async (tx) => {
      await tx.query(`SELECT set_config('work_mem', '64MB', true), set_config('enable_sort', 'off', true),
                             set_config('jit', 'off', true)`);
      return tx.query(sql, [...params]);
    });
  }
}

/** @throws InvalidQuery */
function periodOf(query: FigureQuery, now: string): { readonly from: string; readonly to: string } {
  const { to = now } = query;
  const { from = new Date(Date.parse(to) - TWELVE_WEEKS_MS).toISOString() } = query;
  const length = Date.parse(to) - Date.parse(from);
  const refuse = (parameter: 'from' | 'to', detail: string) =>
    new InvalidQuery([{ parameter, code: 'custom', detail }]);
  if (length <= 0)
    throw refuse(query.to ? 'to' : 'from', 'expected `from` before `to`, which is now unless it is given');
  if (length > FIVE_YEARS_MS) throw refuse('from', 'expected at most five years before `to`');
  return { from, to };
}

/** Null: all. Whoever reviews some profiles is told of those. */
function profilesFor(user: User, asked: string | undefined): readonly string[] | null {
  const reviewed = reviewedProfiles(user);
  if (reviewed === 'all') return asked === undefined ? null : [asked];
  return asked === undefined ? reviewed : reviewed.filter((profile) => profile === asked);
}

const cellOf = (value: FigureView['items'][number][string]): string | number | null =>
  Array.isArray(value) ? value.map(({ link }) => link).join(' ') : value;
