import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';

/** The server that tests share. They use keys of their own. */
export const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** A Redis server of a test's own, which it may stop and hold. It stores nothing on the disk. */
export class RedisServer {
  private process?: ChildProcess;

  private constructor(
    readonly port: number,
    private readonly settings: string[],
  ) {}

  /** Reserves a port. Nothing listens there yet. */
  static async create(...settings: string[]): Promise<RedisServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return new RedisServer(port, settings);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const settings = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--save', ''];
    this.process = spawn('redis-server', [...settings, ...this.settings], { cwd: tmpdir() });
    let log = '';
    for await (const chunk of this.process.stdout!) {
      log += String(chunk);
      if (log.includes('Ready to accept connections')) break;
    }
  }

  /** Stops it as a crash does. */
  async stop(): Promise<void> {
    const { process } = this;
    if (process?.exitCode !== null || process.signalCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  }

  /** It keeps its connections, and accepts more, but answers nothing until it is resumed. */
  hold(): void {
    this.process!.kill('SIGSTOP');
  }

  resume(): void {
    this.process!.kill('SIGCONT');
  }

  /** The answer to one command, on a connection of its own. */
  async ask(command: string, ...args: string[]): Promise<unknown> {
    const client = new Redis(this.url);
    try {
      return await client.call(command, args);
    } finally {
      client.disconnect();
    }
  }
}
