import { createHash } from 'node:crypto';
import { BadRequestException } from '@nestjs/common';
import { stringify, version } from 'uuid';
import { z } from 'zod';

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;

/** Query parameters of a list: spread into the schema of its `@Query()`. */
export const pageQuery = {
  limit: z
    .string({ error: onceOnly })
    .refine((text) => /^[1-9]\d{0,2}$/.test(text), { error: wholeNumber, abort: true })
    .transform(Number)
    .refine((limit) => limit <= MAX_LIMIT, { error: wholeNumber })
    .default(DEFAULT_LIMIT)
    // Text in a URL, a number to whoever calls.
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: MAX_LIMIT,
      description: `Items of a page, ${DEFAULT_LIMIT} unless given.`,
    }),
  cursor: z
    .string({ error: onceOnly })
    .optional()
    .meta({ description: 'The `nextCursor` of the page before.' }),
};

/** What the answer of a list has beside its items. */
export const nextCursor = z
  .string()
  .optional()
  .meta({ description: 'The `cursor` of the next page; none on the last.' });

export interface PageQuery {
  limit: number;
  cursor?: string | undefined;
}

/** The rows of a page out of one row more than its limit, and the cursor that goes on behind them. */
export function cutPage<Row extends { id: string }>(rows: Row[], limit: number, list: string) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last && rows.length > limit ? toCursor(list, last.id) : undefined };
}

/**
 * The id behind which a page begins; `undefined` without a cursor. Ids are in order of time, so that what is written
 * meanwhile comes before the first page and moves none of the others.
 *
 * A cursor belongs to one list with its filters, named by `list`: a mutilated one, or one of another list, is refused.
 * Its checksum is no secret and protects nothing; the filters are applied to every page anew.
 */
export function readCursor(list: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const id = idOf(Buffer.from(cursor, 'base64url').subarray(0, ID_BYTES));
  if (id === undefined || toCursor(list, id) !== cursor) {
    throw new BadRequestException(['cursor: must be the nextCursor of this list, unchanged']);
  }
  return id;
}

const ID_BYTES = 16;

// Sixteen bytes and eight are 32 characters of base64url to the bit, so that each cursor has one spelling only.
const CHECKSUM_BYTES = 8;

function toCursor(list: string, id: string): string {
  const checksum = createHash('sha256').update(`${list}\n${id}`).digest();
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  return Buffer.concat([bytes, checksum.subarray(0, CHECKSUM_BYTES)]).toString('base64url');
}

function idOf(bytes: Buffer): string | undefined {
  try {
    const id = stringify(bytes);
    return version(id) === 7 ? id : undefined;
  } catch {
    return undefined; // too short, or no UUID
  }
}

function wholeNumber(): string {
  return `must be a whole number from 1 to ${MAX_LIMIT}`;
}

function onceOnly(): string {
  return 'must be given once';
}
