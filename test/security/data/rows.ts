import type { SQL } from 'drizzle-orm';
import type { Database } from '../../../src/database/connection.js';

/** The rows of a statement: both drivers return them, but their common type does not say so. */
export async function rowsOf<Row>(db: Database, statement: SQL): Promise<Row[]> {
  return ((await db.execute(statement)) as { rows: Row[] }).rows;
}
