import { median, medianRatio } from './statistics.mjs';

const NAMES = {
  this: 'this API',
  public: 'its public route',
  'nest-bare': 'a bare Nest on Fastify',
};

/**
 * What this API must reach, as ratios within one run: its requests per second, divided by those of
 * another server.
 *
 * @typedef {object} Goal
 * @property {string} text
 * @property {number} bound the smallest ratio
 * @property {(results: object) => string} missed explains a missed goal with the profile
 * @property {(results: object) => number | undefined} value undefined if it was not measured
 *
 * @type {Goal[]}
 */
export const GOALS = [
  ratio('warm', 'this', 'express-oauth2-jwt-bearer', 8),
  ratio('warm', 'this', 'nest-express', 15),
  ratio('warm', 'this', 'fastify-jwt-cache', 2.5),
  ratio('warm', 'this', 'public', 0.9),
  ratio('warm', 'public', 'nest-bare', 0.7),
  ratio('cold', 'this', 'express-oauth2-jwt-bearer', 1.5),
  {
    text: 'a hostile request, compared with a new token',
    bound: 0.2,
    missed: () => 'Somewhere, the work grows faster than the length of a header.',
    value({ cases }) {
      const hostile = roundsOf(cases.hostile, 'this');
      const cold = roundsOf(cases.cold, 'this');
      return hostile && cold && medianRatio(hostile, cold, 'perSecond');
    },
  },
  {
    text: '20,000 active tokens: one application, compared with twenty',
    bound: 0.9,
    missed: () => 'The cache does not hold all tokens of one application.',
    value({ cases }) {
      const one = roundsOf(cases['active-one-client'], 'this-one-client');
      const twenty = roundsOf(cases.active, 'this-twenty-clients');
      return one && twenty && medianRatio(one, twenty, 'perSecond');
    },
  },
];

/** @param {Goal} goal */
export function isMet({ bound }, value) {
  return value >= bound;
}

function ratio(id, own, other, bound) {
  const name = (contender) => NAMES[contender] ?? contender;
  return {
    text: `${id}: ${name(own)}, compared with ${name(other)}`,
    bound,
    missed: timeOf(id),
    value({ cases }) {
      const [rounds, others] = [own, other].map((who) => roundsOf(cases[id], who));
      return rounds && others && medianRatio(rounds, others, 'perSecond');
    },
  };
}

/** Where the CPU time of such a request is spent. */
function timeOf(id) {
  return ({ profiles, cases }) => {
    const cpu = median(roundsOf(cases[id], 'this').map(({ cpuMicros }) => cpuMicros));
    const parts = profiles[id].parts
      .slice(0, 5)
      .map(([name, share]) => `${(share * cpu).toFixed(1)} µs in ${name}`);
    return `Such a request takes ${cpu.toFixed(1)} µs of CPU time: ${parts.join(', ')}.`;
  };
}

function roundsOf(rows, id) {
  return rows?.find(({ contender }) => contender.id === id)?.rounds;
}
