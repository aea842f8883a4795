import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { cutPage, pageQuery, readCursor } from '../../src/http/pagination.js';

const rows = (count: number) => Array.from({ length: count }, () => ({ id: uuidv7() }));

/** The cursor that goes on behind an id. */
const cursorAt = (id: string, list = 'letters') =>
  cutPage([{ id }, { id: uuidv7() }], 1, list).nextCursor!;

describe('a cursor', () => {
  it('goes on behind the last row of the page', () => {
    const all = rows(4);
    const { items, nextCursor } = cutPage(all, 3, 'letters');
    expect(items).toEqual(all.slice(0, 3));
    expect(nextCursor).toMatch(/^[\w-]{32}$/);
    expect(readCursor('letters', nextCursor)).toBe(all[2]!.id);
  });

  it('is not given when nothing comes after the page', () => {
    expect(cutPage(rows(3), 3, 'letters').nextCursor).toBeUndefined();
    expect(cutPage([], 3, 'letters').nextCursor).toBeUndefined();
  });

  it('is optional', () => {
    expect(readCursor('letters', undefined)).toBeUndefined();
  });

  const genuine = cursorAt(uuidv7());
  it.each([
    ['is empty', ''],
    ['is a word', 'next'],
    ['is an id', uuidv7()],
    ['is cut', genuine.slice(0, -1)],
    ['is longer', `${genuine}A`],
    ['is padded', `${genuine}=`],
    ['has a space behind it', `${genuine} `],
    ['is in plain base64', Buffer.from(genuine, 'base64url').toString('base64').padEnd(33, '=')],
    ['has another first character', (genuine.startsWith('A') ? 'B' : 'A') + genuine.slice(1)],
    ['has another last character', genuine.slice(0, -1) + (genuine.endsWith('A') ? 'B' : 'A')],
    ['stands on a UUID that no row has', cursorAt(uuidv4())],
    ['belongs to another list', cursorAt(uuidv7(), 'numbers')],
    ['has a NUL in it', `${genuine}\0`],
    ['is huge', 'A'.repeat(10_000)],
  ])('is refused with 400 when it %s', (_, cursor) => {
    expect(() => readCursor('letters', cursor)).toThrow(
      expect.objectContaining({
        status: 400,
        response: {
          statusCode: 400,
          error: 'Bad Request',
          message: ['cursor: must be the nextCursor of this list, unchanged'],
        },
      }),
    );
  });
});

describe('limit', () => {
  const query = z.strictObject(pageQuery);

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

  it('refuses to be given twice', () => {
    expect(query.safeParse({ limit: ['1', '2'] }).error?.issues).toEqual([
      expect.objectContaining({ path: ['limit'], message: 'must be given once' }),
    ]);
  });
});
