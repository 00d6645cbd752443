import { describe, expect, it } from 'vitest';
import type { User } from '../identity/user.js';
import { type Asking, beyondCells, type Filters, onCells, onRows, patternOf, visibleTo } from './matching.js';

const CURATOR: User = { id: 'c', name: 'c', roles: ['curator'], scopes: null };
const ASKING: Asking = {
  ...{ user: CURATOR, now: '2026-11-26T09:00:00.000Z', config: { STATE_TARGETS: {} } },
  ...{ labels: [], found: null, isFew: false, own: [] },
};
function sqlOf(make: (place: (value: unknown) => string) => string | string[]) {
  const values: unknown[] = [];
  return { sql: make((value) => `$${values.push(value)}`), values };
}

describe('the conditions of a query', () => {
  it.each<[filters: Filters, sql: string, values: unknown[]]>([
    [{ profile: ['single-cell'] }, 'x.profile = ANY ($1::text[])', [['single-cell']]],
    [{ assignee: 'none' }, 'x.assignee IS NULL', []],
    [{ assignee: 'me' }, 'x.assignee = $1::uuid', ['c']],
    [{ owner: 'me' }, 'x."ownerId" = $1::uuid', ['c']],
    [{ priority: ['urgent', 'low'] }, 'x.urgency = ANY ($1::smallint[])', [[0, 3]]],
    [{ age: '3d' }, 'x.since <= $1::timestamptz', ['2026-11-23T09:00:00.000Z']],
    [{ age: '12h' }, 'x.since <= $1::timestamptz', ['2026-11-25T21:00:00.000Z']],
    [{ overdue: true }, 'false', []],
    [{ overdue: false }, 'NOT false', []],
    [{ resubmitted: true }, 'x.round > 1', []],
  ])('%j is %s', (filters, sql, values) => {
    expect(sqlOf((place) => onRows(filters, ASKING, place))).toEqual({ sql: [sql], values });
  });

  it('take a text as it is written', () => {
    expect(patternOf('50%_\\A')).toBe('%50\\%\\_\\\\a%');
  });

  it('look up what a text has found, where that is little', () => {
    expect(sqlOf((place) => onRows({ q: 'blood' }, { ...ASKING, found: ['a'] }, place))).toEqual({
      sql: ['x.id = ANY ($1::uuid[])'],
      values: [['a']],
    });
  });

  it('are those of cells where cells know the filter, each without its own', () => {
    const filters: Filters = { state: ['draft.editing'], severity: 'error', resubmitted: false };

    expect(sqlOf((place) => onCells(filters, ASKING, place, 'state')).sql).toEqual([
      'x."hasErrors"',
      'NOT x.resubmitted',
    ]);
    expect(beyondCells(filters, ASKING)).toEqual([]);
    expect(beyondCells({ q: 'blood', round: 2, label: ['a'] }, { labels: ['1', '2'] })).toEqual([
      'q',
      'round',
      'label',
    ]);
    expect(beyondCells({ label: ['a'] }, { labels: ['1'] })).toEqual([]);
  });
});

describe('what somebody sees', () => {
  const sees = (user: User, ofTheTeam = false) =>
    sqlOf((place) => visibleTo({ user, own: ['mine'] }, place, ofTheTeam));

  it('is all for who reviews all, and all but their own where it is the team’s', () => {
    expect(sees(CURATOR)).toEqual({ sql: 'submission x', values: [] });
    expect(sees(CURATOR, true).values).toEqual([['mine']]);
  });

  it('is theirs and what is shared with them for a submitter, and what they review besides for a curator of a profile', () => {
    const submitter: User = { ...CURATOR, roles: ['submitter'] };
    const ofProfile: User = { ...submitter, grants: [{ role: 'curator', profile: 'single-cell' }] };

    expect(sees(submitter).values).toEqual(['c']);
    expect(sees(ofProfile).values).toEqual(['c', ['single-cell']]);
    expect(sees(ofProfile, true).values).toEqual([['single-cell'], ['mine']]);
  });
});
