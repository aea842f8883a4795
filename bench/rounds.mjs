import { CONTENDERS } from './contenders.mjs';
import { wrk } from './load/wrk.mjs';

/**
 * Length of the round after a start, in which the server compiles code and fills caches. It is not
 * counted.
 */
const WARM_UP_SECONDS = 2;

/**
 * Counted rounds of a server, which is then started again. What V8 decides while a program warms up
 * changes its speed by up to a fifth for as long as it runs.
 */
const ROUNDS_PER_START = 2;

/** Rounds of cases without a goal: enough to see whether a figure is stable. */
const ROUNDS_FOR_THE_RECORD = 3;

/**
 * The figures of one contender in one round of a case.
 *
 * @typedef {object} Figures
 * @property {number} perSecond answered requests per second
 * @property {number} cpuMicros CPU time of the server per request, in microseconds
 * @property {number} loadShare share of the time that the load generator was busy, 0 to 1
 *
 * @typedef {object} Row
 * @property {import('./cases.mjs').Case} one
 * @property {import('./contenders.mjs').Contender} contender
 * @property {Figures[]} rounds
 */

/**
 * Measures the contenders of some cases in turn, so a disturbance of the machine affects all of
 * them. Every second round runs in reverse order, because the order matters too, above all for
 * contenders that share a server. The servers are started again after some rounds.
 *
 * @param {import('./cases.mjs').Case[]} cases
 * @param {import('./surroundings.mjs').Surroundings} surroundings
 * @param {{ seconds: number, rounds: number }} options
 * @returns {Promise<Row[]>}
 */
export async function takeTurns(cases, surroundings, options) {
  const rows = cases.flatMap((one) =>
    one.contenders.map((id) => ({
      one,
      contender: CONTENDERS.find((contender) => contender.id === id),
      rounds: [],
    })),
  );
  const isForTheRecord = cases.every(({ forTheRecord }) => forTheRecord);
  const rounds = isForTheRecord ? Math.min(options.rounds, ROUNDS_FOR_THE_RECORD) : options.rounds;
  for (let counted = 0, round = 0; counted < rounds; round += 1) {
    const isWarmUp = round % (ROUNDS_PER_START + 1) === 0;
    if (isWarmUp) await surroundings.stopServers();
    const files = new Map();
    for (const one of cases) files.set(one, await surroundings.fileOf(one, round));
    for (const row of round % 2 === 0 ? rows : rows.toReversed()) {
      const { one, contender, rounds: measured } = row;
      const seconds = isWarmUp ? (one.warmUpSeconds ?? WARM_UP_SECONDS) : options.seconds;
      const server = await surroundings.serverOf(contender);
      const { load: core } = surroundings.cores;
      const figures = await measure(one, contender, server, {
        file: files.get(one),
        core,
        seconds,
      });
      if (!isWarmUp) measured.push(figures);
    }
    if (!isWarmUp) counted += 1;
  }
  return rows;
}

/** @returns {Promise<Figures>} */
async function measure(one, contender, server, { file, core, seconds }) {
  const { origin } = server;
  const before = await server.cpuSeconds();
  const { path, send } = contender;
  const load = { origin, path, file, once: one.once ?? false, seconds, send };
  const answers = await wrk(core, load);
  const cpuSeconds = (await server.cpuSeconds()) - before;
  const count = requireStatus(one, contender, answers);
  return {
    perSecond: count / answers.seconds,
    cpuMicros: (cpuSeconds / count) * 1e6,
    loadShare: answers.cpuSeconds / answers.seconds,
  };
}

/** A benchmark with wrong answers is void. */
function requireStatus(one, contender, { statuses, failures }) {
  const { [one.status]: right = 0, ...wrong } = statuses;
  if (right > 0 && failures === 0 && Object.keys(wrong).length === 0) return right;
  throw new Error(
    `Benchmark void: in the case ${one.id}, ${contender.name} must answer every request with ` +
      `${one.status}. Its answers: ${JSON.stringify(statuses)}. Failed connections: ${failures}`,
  );
}
