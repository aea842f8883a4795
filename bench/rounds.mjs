import { CONTENDERS } from './contenders.mjs';
import { wrk } from './load/wrk.mjs';

/** Length of the round that is not counted: the server compiles its hot code and fills its caches. */
const WARM_UP_SECONDS = 1;

/** Enough to see whether a figure is stable, where no goal hangs on it. */
const ROUNDS_FOR_THE_RECORD = 3;

/**
 * One contender in one round of a case.
 *
 * @typedef {object} Figures
 * @property {number} perSecond requests answered
 * @property {number} cpuMicros CPU time of the server per request, in microseconds
 * @property {number} loadShare of its core that the load generator was busy, 0 to 1
 */

/**
 * Lets the contenders of some cases take turns, so that what disturbs the machine for a while disturbs everybody. Every second
 * round goes backwards: who comes after whom makes a difference too, where they share a server above all.
 *
 * @param {import('./cases.mjs').Case[]} cases
 * @param {import('./surroundings.mjs').Surroundings} surroundings
 * @param {{ seconds: number, rounds: number }} options
 * @returns {Promise<{ one: import('./cases.mjs').Case, contender: import('./contenders.mjs').Contender, rounds: Figures[] }[]>}
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
  for (let round = 0; round <= rounds; round += 1) {
    const files = new Map();
    for (const one of cases) files.set(one, await surroundings.fileOf(one, round));
    for (const row of round % 2 === 0 ? rows : rows.toReversed()) {
      const { one, contender, rounds: measured } = row;
      const seconds = round === 0 ? WARM_UP_SECONDS : options.seconds;
      const server = await surroundings.serverOf(contender);
      const { load: core } = surroundings.cores;
      const figures = await measure(one, contender, server, {
        file: files.get(one),
        core,
        seconds,
      });
      if (round > 0) measured.push(figures);
    }
  }
  return rows;
}

/** @returns {Promise<Figures>} */
async function measure(one, contender, server, { file, core, seconds }) {
  const { origin } = server;
  const before = await server.cpuSeconds();
  const load = { origin, path: contender.path, file, once: one.once ?? false, seconds };
  const answers = await wrk(core, load);
  const cpuSeconds = (await server.cpuSeconds()) - before;
  const count = requireStatus(one, contender, answers);
  return {
    perSecond: count / answers.seconds,
    cpuMicros: (cpuSeconds / count) * 1e6,
    loadShare: answers.cpuSeconds / answers.seconds,
  };
}

/** A benchmark of wrong answers is void. */
function requireStatus(one, contender, { statuses, failures }) {
  const { [one.status]: right = 0, ...wrong } = statuses;
  if (right > 0 && failures === 0 && Object.keys(wrong).length === 0) return right;
  throw new Error(
    `Void: in the case ${one.id}, ${contender.name} must answer every request with ${one.status}. It answered ` +
      `${JSON.stringify(statuses)}, and ${failures} connections failed`,
  );
}
