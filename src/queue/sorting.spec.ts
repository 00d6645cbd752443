import { describe, expect, it } from 'vitest';
import { behind, cursorOf, faultOf, keysOf, orderBy, orderOf } from './sorting.js';

const ID = '00000000-0000-4000-8000-000000000000';
const AT = '2026-01-01T00:00:00.000000Z';

describe('the order of a list', () => {
  it.each([
    ['since', 'x."since" ASC, x."id" ASC'],
    ['-updatedAt', 'x."updatedAt" DESC, x."id" DESC'],
    ['-priority', 'x."urgency" ASC, x."since" ASC, x."id" ASC'],
    ['priority', 'x."urgency" DESC, x."since" DESC, x."id" DESC'],
    ['-priority,-since', 'x."urgency" ASC, x."since" DESC, x."id" DESC'],
    ['dueAt', 'x."decideBy" ASC, x."id" ASC'],
  ])('of %s is %s', (sort, sql) => {
    expect(orderBy(orderOf(sort), 'x')).toBe(sql);
  });

  it.each([
    ['since', null],
    ['-priority,since,updatedAt', null],
    ['size', /^"size" is no key/],
    ['', /is no key/],
    ['since,-since', /each key once/],
    ['since,updatedAt,createdAt,dueAt', /at most 3/],
    ['toString', /is no key/],
  ])('%s is understood, or it is said what is wrong', (sort, fault) => {
    if (fault === null) expect(faultOf(sort)).toBeNull();
    else expect(faultOf(sort)).toMatch(fault);
  });

  it('goes on behind a row by one comparison where all keys point one way, and by each where they do not', () => {
    const sql = (sort: string, keys: (string | number)[]) => {
      const values: unknown[] = [];
      return behind(orderOf(sort), keys, (value) => `$${values.push(value)}`);
    };

    expect(sql('-updatedAt', [AT, ID])).toBe('(x."updatedAt", x."id") < ($1::timestamptz, $2::uuid)');
    expect(sql('-priority,-since', [2, AT, ID])).toBe(
      'x."urgency" >= $1::smallint AND ((x."urgency" > $1::smallint)' +
        ' OR (x."urgency" = $1::smallint AND x."since" < $2::timestamptz)' +
        ' OR (x."urgency" = $1::smallint AND x."since" = $2::timestamptz AND x."id" < $3::uuid))',
    );
  });

  it('has cursors of its own keys alone', () => {
    const Cursor = cursorOf(orderOf('-priority'));

    expect(Cursor.safeParse([2, AT, ID]).success).toBe(true);
    for (const wrong of [
      [AT, ID],
      ['2', AT, ID],
      [2, 'then', ID],
      [2, AT, 'x'],
      [2, AT, ID, 1],
    ])
      expect(Cursor.safeParse(wrong).success).toBe(false);
    expect(keysOf(orderOf('-priority'), 's')).toContain('s."urgency" AS key0');
  });
});
