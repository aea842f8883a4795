/**
 * Builds and runs images with Debian's buildah and podman, without a Docker engine and without a
 * registry of images. Runs as root in a mount namespace of its own; see check.sh.
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const BASE = 'localhost/node-base';
const MAX_OUTPUT = 2 ** 26;

/** Node and npm as the official image has them. */
const BIN = 'usr/local/bin';
const MODULES = 'usr/local/lib/node_modules';

/** The package sources of this machine, in /etc/apt: mmdebstrap reads them. */
const SOURCES = ['sources.list', 'sources.list.d/debian.sources', 'sources.list.d/ubuntu.sources'];

export class ContainerEngine {
  /**
   * @param {string} directory where images and containers are kept
   * @param {AbortSignal} signal ends a build
   */
  constructor(directory, signal) {
    this.directory = directory;
    this.limits = { maxBuffer: MAX_OUTPUT, signal };
    const path = (name) => join(directory, name);
    this.store = ['--root', path('images'), '--runroot', path('run'), '--storage-driver=overlay'];
    this.options = [...this.store, '--tmpdir', path('tmp'), '--runtime=crun'];
    // There may be no systemd.
    this.options.push('--cgroup-manager=cgroupfs', '--events-backend=file');
  }

  /** Runs podman. Resolves with its exit code and output, whatever the code is. */
  podman(...args) {
    return exec('podman', [...this.options, ...args], { maxBuffer: MAX_OUTPUT }).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  }

  /** Runs buildah. Rejects with the end of its output when it fails. */
  async buildah(...args) {
    return exec('buildah', [...this.store, ...args], this.limits).then(
      ({ stdout }) => stdout.trim(),
      ({ stdout, stderr }) => Promise.reject(new Error((stdout + stderr).slice(-3000))),
    );
  }

  /** Makes the image that stands in for the official Node image: Debian, and Node from npm. */
  async makeBase(major) {
    const root = join(this.directory, 'root');
    await mkdir(root);
    await this.#installDebian(root);
    await this.#installNode(root, major);
    const container = await this.buildah('from', 'scratch');
    await this.buildah('add', '--quiet', container, root, '/');
    await this.buildah('config', `--env=PATH=/${BIN}:/usr/bin:/bin`, container);
    await this.buildah('commit', '--quiet', '--rm', container, BASE);
  }

  async #installDebian(root) {
    const release = /^VERSION_CODENAME=(.+)$/m.exec(await readFile('/etc/os-release', 'utf8'));
    const files = SOURCES.map((name) => join('/etc/apt', name));
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
    const sources = files.filter((_, index) => texts[index] !== '');
    // A shell and what Node needs, unpacked without running the packages' scripts.
    const options = ['--quiet', '--variant=extract', '--include=dash,coreutils,libstdc++6'];
    options.push('--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr');
    await exec('mmdebstrap', [...options, release[1], root, ...sources], this.limits);
  }

  async #installNode(root, major) {
    const work = join(this.directory, 'node');
    await mkdir(work);
    await writeFile(join(work, 'package.json'), '{ "private": true }');
    const npm = ['install', '--silent', '--no-save', `node@${major}`];
    await exec('npm', npm, { ...this.limits, cwd: work });
    const { stdout: modules } = await exec('npm', ['root', '--global']);
    for (const path of [BIN, MODULES]) await mkdir(join(root, path), { recursive: true });
    await copyFile(join(work, 'node_modules/node/bin/node'), join(root, BIN, 'node'));
    await chmod(join(root, BIN, 'node'), 0o755);
    await exec('cp', ['-rL', join(modules.trim(), 'npm'), join(root, MODULES)]);
    await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(root, BIN, 'npm'));
    await this.#trustCertificates(root);
  }

  /** The registry may be behind a proxy whose certificate only this machine trusts. */
  async #trustCertificates(root) {
    const bundle = '/etc/ssl/certs/ca-certificates.crt';
    const text = await readFile(bundle).catch(() => undefined);
    if (text === undefined) return;
    await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
    await writeFile(join(root, bundle), text);
    await mkdir(join(root, 'usr/local/etc'), { recursive: true });
    await writeFile(join(root, 'usr/local/etc/npmrc'), `cafile=${bundle}\n`);
  }

  /** Builds the Dockerfile on that base. */
  async build(tag) {
    const file = join(this.directory, 'Dockerfile');
    const text = await readFile('Dockerfile', 'utf8');
    await writeFile(file, text.replaceAll(/^FROM node:\S+/gm, `FROM ${BASE}`));
    const options = ['--format=docker', '--isolation=chroot', '--pull-never'];
    await this.buildah('bud', ...options, `--tag=localhost/${tag}`, `--file=${file}`, '.');
  }

  /**
   * Runs a command of an image as strictly as an orchestrator can: a read-only root file system
   * without exceptions, no capabilities, no new privileges. `/data` is the only writable directory.
   *
   * @param {string} tag
   * @param {{ name?: string, environment?: Record<string, string>, volume: string }} options
   * @param {string[]} command
   */
  run(tag, { name, environment = {}, volume }, ...command) {
    const mode = name === undefined ? ['--rm'] : ['--detach', `--name=${name}`];
    const variables = Object.entries(environment).map((pair) => `--env=${pair.join('=')}`);
    const strict = ['--read-only', '--read-only-tmpfs=false', '--cap-drop=all'];
    strict.push('--security-opt=no-new-privileges', `--volume=${volume}:/data`);
    // The host's network: loopback addresses are those of the machine. No limits, since they need
    // control groups, and no timer of systemd for the health check.
    const host = ['--network=host', '--cgroups=disabled', '--health-interval=disable'];
    host.push('--ulimit=nofile=4096:4096', '--ulimit=nproc=4096:4096', '--pull=never');
    const options = [...mode, ...host, ...strict, ...variables];
    return this.podman('run', ...options, `localhost/${tag}`, ...command);
  }
}
