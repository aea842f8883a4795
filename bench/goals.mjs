import { median, medianRatio } from './statistics.mjs';

/**
 * What this API is to reach, as ratios within one run wherever a ratio is possible.
 *
 * @typedef {object} Goal
 * @property {string} text
 * @property {'at least' | 'at most' | 'under'} relation
 * @property {number} bound
 * @property {string} unit
 * @property {(results: object) => string} missed what the profile says of the reason
 * @property {(results: object) => number | undefined} value undefined where it was not measured
 *
 * @type {Goal[]}
 */
export const GOALS = [
  times('warm', 'express-oauth2-jwt-bearer', 8),
  times('warm', 'nest-express', 15),
  times('warm', 'fastify-jwt-cache', 4),
  times('warm', 'public', 0.9),
  times('cold', 'express-oauth2-jwt-bearer', 2),
  {
    text: 'cold, in process: the time of a bare `crypto.verify`',
    relation: 'at most',
    bound: 1.6,
    unit: '×',
    missed: ({ authentication: { cold, verify } }) =>
      `Beside the signature (${verify.toFixed(1)} µs), ${(cold - verify).toFixed(1)} µs go into reading the token, ` +
      'its claims, what the request is handed, and the cache.',
    value: ({ authentication: { cold, verify } = {} }) => cold / verify,
  },
  cheaperThanCold('expired'),
  cheaperThanCold('forged'),
  {
    text: 'memory after the run, with PostgreSQL',
    relation: 'under',
    bound: 150,
    unit: ' MiB',
    missed: ({ startMiB }) =>
      `It is ${startMiB.toFixed(0)} MiB after the start. What is above that is the cache, which this run fills, the space for new objects, and ` +
      'entries that have left the cache, which V8 collects when it sees fit: the figure depends on when it last did.',
    value: ({ machine, residentMiB }) => (machine.postgres ? residentMiB : undefined),
  },
  {
    text: '`dist/main.js` to the first answer, with PostgreSQL',
    relation: 'under',
    bound: 1200,
    unit: ' ms',
    missed: () => 'Most of it is the loading of modules.',
    value: ({ machine, startMs }) => (machine.postgres ? startMs : undefined),
  },
];

/** @param {Goal} goal */
export function isMet({ relation, bound }, value) {
  if (relation === 'at least') return value >= bound;
  return relation === 'under' ? value < bound : value <= bound;
}

function times(id, other, bound) {
  return {
    text: `${id}: requests per second of ${other === 'public' ? 'its own public route' : other}`,
    relation: 'at least',
    bound,
    unit: '×',
    missed: timeOf(id),
    value({ cases }) {
      const [own, peer] = ['this', other].map((who) => roundsOf(cases[id], who));
      return own && peer && medianRatio(own, peer, 'perSecond');
    },
  };
}

const WHY_REFUSALS_COST =
  'Beside the signature, an accepted token costs its claims and a place in the cache; a refused one an error, which Nest wants thrown, ' +
  'and its answer.';

function cheaperThanCold(id) {
  return {
    text: `${id}: CPU time of an accepted cold request`,
    relation: 'under',
    bound: 1,
    unit: '×',
    missed: (results) => `${timeOf(id)(results)} ${WHY_REFUSALS_COST}`,
    value({ cases }) {
      const [refused, cold] = [id, 'cold'].map((name) => roundsOf(cases[name], 'this'));
      return refused && cold && medianRatio(refused, cold, 'cpuMicros');
    },
  };
}

/** Where the time of such a request goes. */
function timeOf(id) {
  return ({ profiles, cases }) => {
    const cpu = median(roundsOf(cases[id], 'this').map(({ cpuMicros }) => cpuMicros));
    const parts = profiles[id].parts
      .slice(0, 5)
      .map(([name, share]) => `${(share * cpu).toFixed(1)} µs in ${name}`);
    const time = `Such a request takes ${cpu.toFixed(1)} µs of CPU time: ${parts.join(', ')}.`;
    const bare = roundsOf(cases[id], 'nest-bare');
    if (!bare) return time;
    const floor = median(bare.map(({ cpuMicros }) => cpuMicros));
    return `${time} The framework alone, with three guards that check nothing and no header of ours, takes ${floor.toFixed(1)} µs.`;
  };
}

function roundsOf(rows, id) {
  return rows?.find(({ contender }) => contender.id === id)?.rounds;
}
