import { rm } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { openEmbedded } from '../../src/database/embedded.js';
import { copyEmbeddedTemplate } from '../support/embedded-template.js';

describe('openEmbedded', () => {
  it('with MIGRATE=off opens only a database that has the migrations', async () => {
    const dataDir = await copyEmbeddedTemplate();
    const { db, close, pool } = await openEmbedded(dataDir, { migrate: false });
    expect(pool).toBeUndefined();
    await db.execute(sql`drop schema drizzle cascade`);
    await close();
    await expect(openEmbedded(dataDir, { migrate: false })).rejects.toMatchObject({
      name: 'MigrationsError',
    });
    await rm(dataDir, { recursive: true });
  });
});
