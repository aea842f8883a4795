import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { openDatabase } from '../../src/database/open-database.js';
import { messages } from '../../src/database/schema.js';
import { type CompiledSource, compileSource } from '../support/compile.js';
import { copyEmbeddedTemplate } from '../support/embedded-template.js';

/** Writes messages without end, and prints the id of each that is acknowledged. */
const WRITER = `
  const [, source, directory] = process.argv;
  const { openDatabase } = await import(source + '/database/open-database.js');
  const { MessagesService } = await import(source + '/messages/messages.service.js');
  const { db } = await openDatabase({ dataDir: directory });
  const service = new MessagesService(db);
  for (;;) {
    const { id } = await service.create('auth0|ann', 'Written before the kill');
    process.stdout.write(id + '\\n');
  }
`;

describe('the embedded database', () => {
  let compiled: CompiledSource;
  let directory: string;

  beforeAll(async () => {
    compiled = await compileSource();
    directory = await copyEmbeddedTemplate();
  });

  afterAll(async () => {
    await compiled.remove();
    await rm(directory, { recursive: true });
  });

  /** Kills a writer after `count` acknowledged messages. Returns all that it acknowledged. */
  const writeAndKill = async (count: number) => {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', WRITER, compiled.directory, directory],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const exit = once(child, 'exit');
    const acknowledged: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      acknowledged.push(line);
      if (acknowledged.length === count) child.kill('SIGKILL');
    }
    expect(await exit).toEqual([null, 'SIGKILL']);
    return acknowledged.filter((id) => id.length === 36); // the last line may be incomplete
  };

  it('keeps every acknowledged message through kill -9, and opens again without help', async () => {
    const acknowledged = [...(await writeAndKill(20)), ...(await writeAndKill(75))];
    const { db, close } = await openDatabase({ dataDir: directory });
    const stored = await db.select({ id: messages.id }).from(messages);
    await close();
    expect(acknowledged.length).toBeGreaterThanOrEqual(95);
    expect(stored.map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged));
  }, 60_000);
});
