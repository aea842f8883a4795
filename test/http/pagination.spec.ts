import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { cutPage, pageQuery } from '../../src/http/pagination.js';

const query = z.strictObject(pageQuery);

const rows = (count: number) => Array.from({ length: count }, () => ({ id: uuidv7() }));

describe('nextCursor', () => {
  it('is the id of the last row of the page', () => {
    const all = rows(4);
    expect(cutPage(all, 3)).toEqual({ items: all.slice(0, 3), nextCursor: all[2]!.id });
  });

  it.each([0, 2, 3])('is absent when the query finds %d rows for a page of 3', (count) => {
    const all = rows(count);
    expect(cutPage(all, 3)).toEqual({ items: all, nextCursor: undefined });
  });
});

describe('cursor', () => {
  const cursor = uuidv7();

  it('is optional', () => {
    expect(query.parse({}).cursor).toBeUndefined();
  });

  it('is a UUID, in any case (RFC 9562 §4)', () => {
    expect(query.parse({ cursor }).cursor).toBe(cursor);
    expect(query.parse({ cursor: cursor.toUpperCase() }).cursor).toBe(cursor.toUpperCase());
  });

  it.each([
    ['is empty', ''],
    ['is a word', 'next'],
    ['is incomplete', cursor.slice(0, -1)],
    ['is longer', `${cursor}0`],
    ['has no hyphens', cursor.replaceAll('-', '')],
    ['is in braces', `{${cursor}}`],
    ['has a space after it', `${cursor} `],
    ['has a newline after it', `${cursor}\n`],
    ['has a NUL in it', `${cursor}\0`],
    ['is a number', '1'],
    ['is huge', 'A'.repeat(10_000)],
  ])('is refused when it %s', (_, value) => {
    expect(query.safeParse({ cursor: value }).error?.issues).toEqual([
      expect.objectContaining({
        path: ['cursor'],
        message: 'must be the nextCursor of the previous page',
      }),
    ]);
  });

  it('is refused when it is given twice', () => {
    expect(query.safeParse({ cursor: [cursor, cursor] }).error?.issues).toEqual([
      expect.objectContaining({ path: ['cursor'], message: 'must be given once' }),
    ]);
  });
});

describe('limit', () => {
  it.each([
    ['1', 1],
    ['20', 20],
    ['100', 100],
    [undefined, 20],
  ])('reads %s as %d', (limit, expected) => {
    expect(query.parse(limit === undefined ? {} : { limit })).toEqual({ limit: expected });
  });

  it.each(['', '0', '-1', '+1', '01', '1.0', '1e1', '0x1', ' 1', '1 ', '101', '999', '1000', '١'])(
    'refuses %j',
    (limit) => {
      expect(query.safeParse({ limit }).error?.issues).toEqual([
        expect.objectContaining({
          path: ['limit'],
          message: 'must be a whole number from 1 to 100',
        }),
      ]);
    },
  );

  it('is refused when it is given twice', () => {
    expect(query.safeParse({ limit: ['1', '2'] }).error?.issues).toEqual([
      expect.objectContaining({ path: ['limit'], message: 'must be given once' }),
    ]);
  });
});
