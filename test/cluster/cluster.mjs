import { Redis } from 'ioredis';
import { ScratchDatabase } from './database.mjs';
import { freePorts } from './processes.mjs';
import { Instance, startNginx, startRedis } from './servers.mjs';
import { Tokens } from './tokens.mjs';

const INSTANCES = 4;

/** Several instances behind nginx, and the servers that they share. */
export class Cluster {
  /** Undo what {@link Program} does not, in reverse order. */
  cleanup = [];
  /** Of instances that were stopped with SIGTERM. */
  exitCodes = [];

  constructor(directory) {
    this.directory = directory;
  }

  /** Starts everything. The instances start together, on an empty database. */
  async start() {
    this.database = await ScratchDatabase.create();
    this.cleanup.push(() => this.database.drop());
    this.tokens = await Tokens.create();
    this.cleanup.push(() => this.tokens.issuer.close());
    [this.redisPort, this.nginxPort, ...this.ports] = await freePorts(2 + 2 * (INSTANCES + 2));
    await this.startRedis();
    this.instances = Array.from({ length: INSTANCES }, (_, index) =>
      this.instance(`api-${index + 1}`, 1),
    );
    await Promise.all(this.instances.map((instance) => instance.start()));
    const { directory, nginxPort, instances } = this;
    await startNginx({ directory, port: nginxPort, instances });
    this.origin = `http://127.0.0.1:${nginxPort}`;
  }

  /** An instance that is not started yet. */
  instance(name, shutdownDelaySec) {
    const [port, metricsPort] = this.ports.splice(0, 2);
    const { issuer } = this.tokens;
    const env = {
      ISSUER_BASE_URL: issuer.url,
      AUTH0_AUDIENCE: issuer.audience,
      DATABASE_URL: this.database.url,
      DATABASE_POOL_SIZE: '5',
      REDIS_URL: `redis://127.0.0.1:${this.redisPort}`,
      RATE_LIMIT: '100000',
      METRICS_PORT: String(metricsPort),
      TRUSTED_PROXIES: '127.0.0.1',
      SHUTDOWN_DELAY_SEC: String(shutdownDelaySec),
    };
    return new Instance({ name, port, directory: this.directory, env });
  }

  async startRedis() {
    this.redis = await startRedis({ directory: this.directory, port: this.redisPort });
  }

  /** Whether the instances count requests in Redis, so that its faults concern them. */
  async usesRedis() {
    const client = new Redis(this.redisPort, '127.0.0.1');
    try {
      return (await client.dbsize()) > 0;
    } finally {
      client.disconnect();
    }
  }

  /** Removes what is left when all programs have ended. */
  async clean() {
    for (const undo of this.cleanup.toReversed()) await undo().catch(() => {});
  }
}
