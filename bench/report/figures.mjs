import { median, medianRatio } from '../statistics.mjs';

/** The cells of a contender's row in a table. */
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
    /** Requests per second of this API, divided by those of the contender. */
    advantage: medianRatio(own, rounds, 'perSecond').toPrecision(3),
  };
}

/** Formats the value of a goal with its unit. @param {number} value */
export const valueOf = (value, unit) => (value < 100 ? value.toPrecision(3) : whole(value)) + unit;

/** @param {number} number */
export const whole = (number) => Math.round(number).toLocaleString('en');

/** @param {number} share */
export const percent = (share) => `${Math.round(share * 100)} %`;
