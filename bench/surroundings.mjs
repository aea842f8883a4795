import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestIssuer } from '../dist/auth/testing/index.js';
import { keepCoresAwake, twoCores } from './machine.mjs';
import { scratchDatabase } from './postgres.mjs';
import { Server } from './server.mjs';
import { Tokens } from './tokens/tokens.mjs';

const AUDIENCE = 'https://api.example.com';

/** What all contenders share: one issuer, its tokens, two cores, and a database for this API. */
export class Surroundings {
  /** Running servers, by name. */
  servers = new Map();

  /** Token files that several rounds share, by case. */
  files = new Map();

  /** @param {{ verbose: boolean }} options */
  static async create(options) {
    const surroundings = new Surroundings();
    surroundings.verbose = options.verbose;
    surroundings.cores = await twoCores();
    surroundings.wakefulness = await keepCoresAwake();
    surroundings.directory = await mkdtemp(join(tmpdir(), 'bench-'));
    surroundings.database = await scratchDatabase();
    surroundings.issuer = await createTestIssuer({
      audience: AUDIENCE,
      algorithms: ['RS256', 'ES256'],
    });
    surroundings.tokens = new Tokens(surroundings.issuer, surroundings.directory);
    return surroundings;
  }

  /** Returns the server of a contender, which is started if it does not run. */
  async serverOf(contender) {
    const { server: name } = contender;
    if (!this.servers.has(name)) this.servers.set(name, await this.start(contender));
    return this.servers.get(name);
  }

  /** Starts another server of a contender. */
  async start({ args, env, path }, nodeOptions = []) {
    return Server.start({
      core: this.cores.server,
      args: [...nodeOptions, ...args],
      path,
      verbose: this.verbose,
      // Not the root: this API would read the `.env` there.
      cwd: this.directory,
      env: {
        ISSUER_BASE_URL: this.issuer.url,
        AUDIENCE,
        AUTH0_AUDIENCE: AUDIENCE,
        HOST: '127.0.0.1',
        LOG_LEVEL: 'error',
        DATABASE_URL: this.database?.url,
        DATA_DIR: join(this.directory, `data-${this.servers.size}`),
        ...env,
      },
    });
  }

  /** The token file for a round. If tokens may be sent again, all rounds of a case share it. */
  async fileOf(one, round) {
    if (one.once) return one.file(this.tokens, round);
    if (!this.files.has(one.id)) this.files.set(one.id, await one.file(this.tokens, round));
    return this.files.get(one.id);
  }

  /** Stops all servers. The next requests for them start new ones. */
  async stopServers() {
    for (const server of this.servers.values()) await server.stop();
    this.servers.clear();
  }

  async close() {
    await this.stopServers();
    await this.issuer.close();
    await this.wakefulness?.close();
    await this.database?.drop();
    await rm(this.directory, { recursive: true });
  }
}
