import { validate as isUuid } from 'uuid';
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
    // A string in the URL, an integer in the API's description.
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: MAX_LIMIT,
      description: `Items of a page, ${DEFAULT_LIMIT} unless given.`,
    }),
  cursor: z
    .uuid({ error: ({ code }) => (code === 'invalid_type' ? onceOnly() : notACursor()) })
    .optional()
    .meta({ description: 'The `nextCursor` of the previous page.' }),
};

/** The same as arguments in JSON, where the limit is a number. */
export const pageArguments = {
  limit: z
    .int({ error: wholeNumber })
    .min(1, { error: wholeNumber })
    .max(MAX_LIMIT, { error: wholeNumber })
    .default(DEFAULT_LIMIT)
    .meta({ description: `Items of a page, ${DEFAULT_LIMIT} unless given.` }),
  cursor: z
    .string({ error: notACursor })
    .refine(isUuid, { error: notACursor })
    .optional()
    .meta({ format: 'uuid', description: 'The `nextCursor` of the previous page.' }),
};

/** A member of every page, next to its items. */
export const nextCursor = z
  .string()
  .optional()
  .meta({ format: 'uuid', description: 'The `cursor` of the next page; none on the last.' });

export interface PageQuery {
  limit: number;
  /**
   * Id of the last row of the previous page. Ids ascend with time and lists are newest first, so
   * rows written later never move the pages that follow.
   */
  cursor?: string | undefined;
}

/** Makes a page of rows, of which the query selected one more than the limit. */
export function cutPage<Row extends { id: string }>(rows: Row[], limit: number) {
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? items.at(-1)?.id : undefined };
}

function wholeNumber(): string {
  return `must be a whole number from 1 to ${MAX_LIMIT}`;
}

function notACursor(): string {
  return 'must be the nextCursor of the previous page';
}

function onceOnly(): string {
  return 'must be given once';
}
