import { createHash } from 'node:crypto';
import { BadRequestException, UnprocessableEntityException } from '@nestjs/common';
import { and, eq, lte, sql } from 'drizzle-orm';
import type { Database } from '../database/connection.js';
import { idempotencyKeys } from '../database/schema.js';

/** From then on a key is as good as new. */
const LIFETIME_MS = 24 * 60 * 60 * 1000;

/** More than one, so that the table shrinks to the keys that still count. */
const FORGET_AT_ONCE = 10;

/** A String of RFC 9651 §3.3.3 without spaces, as the draft has it. */
const QUOTED = /^"((?:[!#-[\]-~]|\\["\\]){1,255})"$/;

/** Many clients leave the quotes out. */
const BARE = /^[!#-~][!-~]{0,254}$/;

/**
 * The key in a header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07), with or
 * without quotes. Node joins several headers with a comma and a space, which no key contains.
 *
 * @throws BadRequestException if the header is not a key
 */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || BARE.test(header)) return header;
  const [, escaped] = QUOTED.exec(header) ?? [];
  if (escaped !== undefined) return escaped.replace(/\\(.)/g, '$1');
  throw new BadRequestException([
    'Idempotency-Key: must be one key of 1 to 255 visible ASCII characters',
  ]);
}

/** A request to write a message, and what it would answer. */
export interface KeyedRequest {
  author: string;
  key: string;
  /** The validated input. */
  input: object;
  messageId: string;
  createdAt: Date;
}

/**
 * Takes a key for a request, in the transaction that writes the message. Returns what the first
 * request with the key has written, or undefined if this is the first.
 *
 * A request waits while the transaction of another one with its key is in progress. Then the
 * conflict locks the row, also where nothing is updated, so that the select finds it.
 *
 * @throws UnprocessableEntityException if the first request had another input
 */
export async function claimKey(
  tx: Database,
  { author, key, input, messageId, createdAt }: KeyedRequest,
): Promise<{ messageId: string; createdAt: Date } | undefined> {
  const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('base64url');
  const row = { author, key, fingerprint, messageId, createdAt };
  const isExpired = lte(idempotencyKeys.createdAt, new Date(createdAt.getTime() - LIFETIME_MS));
  const claimed = await tx
    .insert(idempotencyKeys)
    .values(row)
    .onConflictDoUpdate({
      target: [idempotencyKeys.author, idempotencyKeys.key],
      set: row,
      setWhere: isExpired,
    })
    .returning({ key: idempotencyKeys.key });
  if (claimed.length > 0) {
    await forgetExpired(tx, isExpired);
    return undefined;
  }
  const [first] = await tx
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.author, author), eq(idempotencyKeys.key, key)));
  if (first!.fingerprint === fingerprint) return first;
  throw new UnprocessableEntityException('This Idempotency-Key was used with another body');
}

/** Deletes some expired keys of anyone. Skips locked rows, so that it never waits. */
async function forgetExpired(tx: Database, isExpired: ReturnType<typeof lte>): Promise<void> {
  const expired = tx
    .select({ author: idempotencyKeys.author, key: idempotencyKeys.key })
    .from(idempotencyKeys)
    .where(isExpired)
    .orderBy(idempotencyKeys.createdAt)
    .limit(FORGET_AT_ONCE)
    .for('update', { skipLocked: true });
  await tx
    .delete(idempotencyKeys)
    .where(sql`(${idempotencyKeys.author}, ${idempotencyKeys.key}) in ${expired}`);
}
