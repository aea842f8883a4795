import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Program } from './processes.mjs';

const ROOT = new URL('../../', import.meta.url);
const MAIN = fileURLToPath(new URL('dist/main.js', ROOT));
const NGINX = new URL('deploy/nginx/', ROOT);

const { scripts } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'));
/** The memory limits of `npm run start:prod`. */
const NODE_FLAGS = scripts['start:prod'].split(' ').filter((word) => word.startsWith('--'));

/** Debian keeps nginx where only root looks. */
const PATH = `${process.env.PATH}:/usr/sbin`;

/** One instance of the API, which can be started again on the same ports. */
export class Instance {
  /**
   * @param {{ name: string, port: number, directory: string,
   *   env: Record<string, string> }} options
   */
  constructor({ name, port, directory, env }) {
    this.name = name;
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
    this.directory = directory;
    this.env = { NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), ...env };
  }

  /** Starts it, and waits until it is ready. */
  async start() {
    this.program = new Program(process.execPath, [...NODE_FLAGS, MAIN], {
      log: join(this.directory, `${this.name}.log`),
      // Not the root: the API would read the `.env` there.
      cwd: this.directory,
      env: { PATH: process.env.PATH, ...this.env },
    });
    await this.program.until(() => this.isReady());
  }

  async isReady() {
    const answer = await fetch(`${this.origin}/health/ready`);
    await answer.body?.cancel();
    return answer.ok;
  }

  /** Stops it, and returns its exit code or the signal that ended it. */
  async stop(signal) {
    this.program.kill(signal);
    return this.program.ended;
  }
}

/**
 * The repository's configuration of nginx, with other addresses.
 *
 * @param {{ directory: string, port: number, instances: { port: number }[], listen?: string }}
 *   options `listen` replaces the content of listen.conf
 */
export async function startNginx({ directory, port, instances, listen }) {
  const prefix = join(directory, 'nginx');
  await mkdir(prefix);
  await copyFile(new URL('nginx.conf', NGINX), join(prefix, 'nginx.conf'));
  const upstream = await readFile(new URL('upstream.conf', NGINX), 'utf8');
  const [line] = /^server .*$/m.exec(upstream);
  const servers = instances.map((each) => line.replace('api:3001', `127.0.0.1:${each.port}`));
  await writeFile(join(prefix, 'upstream.conf'), `${servers.join('\n')}\n`);
  // The temporary paths of the package belong to the nginx of this machine.
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = temporary.map((name) => `${name}_temp_path ${prefix}/${name};`);
  await writeFile(
    join(prefix, 'listen.conf'),
    [listen ?? `listen 127.0.0.1:${port};`, ...paths, ''].join('\n'),
  );
  const args = ['-p', prefix, '-c', join(prefix, 'nginx.conf')];
  const globals = `daemon off; pid ${prefix}/nginx.pid;`;
  const log = join(directory, 'nginx.log');
  const env = { PATH };
  const test = new Program('nginx', ['-t', ...args, '-g', globals], { log, cwd: prefix, env });
  if ((await test.ended) !== 0) throw new Error(`nginx -t failed:\n${test.output()}`);
  const nginx = new Program('nginx', [...args, '-g', globals], { log, cwd: prefix, env });
  await nginx.until(() => accepts(port));
  return nginx;
}

/** A Redis of its own, so that it can be stopped. */
export async function startRedis({ directory, port }) {
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: directory };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const redis = new Program('redis-server', args, {
    log: join(directory, 'redis.log'),
    cwd: directory,
  });
  await redis.until(() => accepts(port));
  return redis;
}

/** Whether a program can be run: `nginx -v`, `redis-server -v`. */
export async function isInstalled(command, directory) {
  const options = { log: join(directory, `${command}.version`), cwd: directory, env: { PATH } };
  const program = new Program(command, ['-v'], options);
  return program.ended.then(
    (code) => code === 0,
    () => false,
  );
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
