import type { SQL } from 'drizzle-orm';
import type { Database } from '../../../src/database/connection.js';

/** What a statement finds. Both drivers answer with `rows`, which the type that they share does not know. */
export async function rowsOf<Row>(db: Database, statement: SQL): Promise<Row[]> {
  return ((await db.execute(statement)) as { rows: Row[] }).rows;
}
