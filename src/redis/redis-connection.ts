import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';

/**
 * Longest wait for the answer to a command, in milliseconds. The option `commandTimeout` of ioredis
 * would also apply to the handshake, which takes longer in a process that is starting.
 */
const COMMAND_TIMEOUT_MS = 250;

/** Longest wait for a connection, in milliseconds. The first one also delays the start. */
const CONNECT_TIMEOUT_MS = 2000;

/** Time after which a connection without answers is replaced, in milliseconds. */
const SILENCE_TIMEOUT_MS = 2000;

/** Longest time between two attempts to connect, in milliseconds. */
const MAX_RECONNECT_DELAY_MS = 1000;

/** While Redis is unavailable, one command per interval finds out whether it is back. */
const PROBE_INTERVAL_MS = 1000;

/** Redis cannot be reached, does not answer in time, or refuses the command. */
export class RedisUnavailableError extends Error {
  override name = 'RedisUnavailableError';
}

/**
 * A connection to Redis that never holds up a request for long: while Redis is unavailable,
 * commands fail at once. The log says when it becomes unavailable, and when it is back.
 */
export class RedisConnection implements OnApplicationShutdown {
  private readonly logger = new Logger(RedisConnection.name);
  private available = true;
  private probedAt = -Infinity;

  private constructor(
    readonly client: Redis,
    private readonly effect: string,
  ) {
    client.on('ready', () => this.noteAvailable());
    client.on('error', (error) => {
      this.noteUnavailable(error.message);
      // The server refused the password or the database. ioredis would use database 0 instead.
      if (error.name === 'ReplyError') client.disconnect(true);
    });
    client.on('close', () => this.noteUnavailable('the connection was closed'));
  }

  /**
   * Connects, and keeps trying in the background where the first attempt fails.
   *
   * @param effect what it means when Redis is unavailable, for the log.
   */
  static async open(url: string, effect = 'requests are not limited'): Promise<RedisConnection> {
    // Imported here, because an API without Redis does not need it.
    const { Redis: Client } = await import('ioredis');
    const client = new Client(url, {
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      disconnectTimeout: COMMAND_TIMEOUT_MS,
      retryStrategy: (attempt) => Math.min(100 * attempt, MAX_RECONNECT_DELAY_MS),
      // A command that cannot be sent or answered now fails. The caller decides what that means.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
    });
    const connection = new RedisConnection(client, effect);
    await client.connect().catch(() => {}); // logged by the listener of 'error'
    return connection;
  }

  /** Whether the last command or attempt to connect was successful. */
  get isAvailable(): boolean {
    return this.available;
  }

  /** @throws RedisUnavailableError at once while Redis is known to be unavailable. */
  async run<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    try {
      if (!this.available && !this.isProbe()) throw new RedisUnavailableError('not tried');
      const answer = await inTime(command(this.client));
      this.noteAvailable();
      return answer;
    } catch (cause) {
      const { message } = cause as Error;
      this.noteUnavailable(message);
      throw new RedisUnavailableError(message, { cause });
    }
  }

  /** Nest calls this after the HTTP server has closed. */
  onApplicationShutdown(): void {
    this.client.removeAllListeners('close');
    this.client.disconnect();
  }

  /** Without the credentials. */
  private get address(): string {
    const { host, port } = this.client.options;
    return `${host}:${port}`;
  }

  private isProbe(): boolean {
    const now = performance.now();
    if (now - this.probedAt < PROBE_INTERVAL_MS) return false;
    this.probedAt = now;
    return true;
  }

  private noteAvailable(): void {
    if (this.available) return;
    this.available = true;
    this.logger.log(`Redis at ${this.address} is available again.`);
  }

  /** The reason is a message alone: errors of ioredis also hold the command, with the password. */
  private noteUnavailable(reason: string): void {
    if (!this.available) return;
    this.available = false;
    this.probedAt = performance.now();
    this.logger.error(`Redis at ${this.address} is unavailable, so ${this.effect}: ${reason}`);
  }
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Error(`no answer within ${COMMAND_TIMEOUT_MS} ms`));
    // A process that was busy reads an answer that has arrived before it runs this.
    timer = setTimeout(() => setImmediate(fail), COMMAND_TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
