import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTENDERS } from './contenders.mjs';
import { wrk } from './load/wrk.mjs';

const API = CONTENDERS.find(({ id }) => id === 'this');
const SECONDS = 3;

/** The part that a function belongs to, by its path. The first match counts. */
const PARTS = [
  ['signatures (node:crypto)', /^node:internal\/crypto\//],
  ['async hooks (AsyncLocalStorage)', /^node:(internal\/)?async_(hooks|local_storage)/],
  ['HTTP and sockets (Node)', /^node:/],
  ['src/auth', /\/dist\/auth\//],
  ['the rest of this API', /\/dist\//],
  ['Passport', /\/node_modules\/(passport|@nestjs\/passport)/],
  ['Fastify', /\/node_modules\/(@?fastify|find-my-way|fast-|secure-json|light-my)/],
  ['Fastify', /\/node_modules\/(avvio|abstract-logging|ret|safe-regex2)/],
  ['Nest', /\/node_modules\/(@nestjs|rxjs|reflect-metadata)/],
];

/**
 * Profiles this API in a case with `node --cpu-prof`, and adds up the samples.
 *
 * @param {import('./cases.mjs').Case} one
 * @param {import('./surroundings.mjs').Surroundings} surroundings
 * @returns {Promise<{ parts: [string, number][], functions: [string, number][] }>} shares of the
 *   CPU time, 0 to 1
 */
export async function profileCase(one, surroundings) {
  const name = `${one.id}.cpuprofile`;
  const server = await surroundings.start(API, ['--cpu-prof', `--cpu-prof-name=${name}`]);
  const { load: core } = surroundings.cores;
  const file = await surroundings.fileOf(one, 'profile');
  const load = { origin: server.origin, path: API.path, file, once: one.once ?? false };
  const from = monotonicMicros();
  await wrk(core, { ...load, seconds: SECONDS });
  const to = monotonicMicros();
  await server.stop();
  const profile = JSON.parse(await readFile(join(surroundings.directory, name), 'utf8'));
  return summarise(profile, from, to);
}

/** The clock of V8's samples. It is the same for all processes of the machine. */
function monotonicMicros() {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Adds up the samples between two times, without those of the application's start. */
function summarise({ nodes, samples, timeDeltas, startTime }, from, to) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) byId.get(child).parent = node;
  const parts = new Map();
  const functions = new Map();
  let total = 0;
  let at = startTime;
  samples.forEach((id, index) => {
    at += timeDeltas[index];
    const node = byId.get(id);
    if (at < from || at > to || node.callFrame.functionName === '(idle)') return;
    add(parts, partOf(node), timeDeltas[index]);
    add(functions, titleOf(node), timeDeltas[index]);
    total += timeDeltas[index];
  });
  const shares = (times) =>
    [...times].map(([title, time]) => [title, time / total]).toSorted((a, b) => b[1] - a[1]);
  return { parts: shares(parts), functions: shares(functions) };
}

function partOf(node) {
  const { functionName, url } = node.callFrame;
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(program)') return 'native code outside of JavaScript';
  // Built-in functions have no URL. They count for their caller.
  if (!url) return node.parent ? partOf(node.parent) : 'other packages';
  return PARTS.find(([, pattern]) => pattern.test(url))?.[0] ?? 'other packages';
}

function titleOf({ callFrame: { functionName, url, lineNumber } }) {
  const place = url.replace(/^.*\/(?:node_modules|dist)\//, '');
  return place ? `${functionName || 'anonymous'} (${place}:${lineNumber + 1})` : functionName;
}

function add(map, key, value) {
  map.set(key, (map.get(key) ?? 0) + value);
}
