import { median, medianRatio } from '../statistics.mjs';

/** What a row of a table says of a contender. */
export function figuresOf(rows, id) {
  const rounds = rows.find(({ contender }) => contender.id === id).rounds;
  const own = rows.find(({ contender }) => contender.server.startsWith('this')).rounds;
  const perSecond = rounds.map((round) => round.perSecond);
  return {
    median: median(perSecond),
    perSecond: whole(median(perSecond)),
    spread: `${whole(Math.min(...perSecond))}–${whole(Math.max(...perSecond))}`,
    cpuMicros: median(rounds.map((round) => round.cpuMicros)).toFixed(1),
    loadShare: percent(median(rounds.map((round) => round.loadShare))),
    /** How many times as many requests this API answers. */
    advantage: medianRatio(own, rounds, 'perSecond').toPrecision(3),
  };
}

/** The value of a goal with its unit. @param {number} value */
export const valueOf = (value, unit) => (value < 100 ? value.toPrecision(3) : whole(value)) + unit;

/** @param {number} number */
export const whole = (number) => Math.round(number).toLocaleString('en');

/** @param {number} share */
export const percent = (share) => `${Math.round(share * 100)} %`;
