import { GOALS, isMet } from '../goals.mjs';
import { figuresOf, valueOf } from './figures.mjs';

export function printCase(rows) {
  for (const { contender } of rows) {
    const { perSecond, spread, cpuMicros, loadShare } = figuresOf(rows, contender.id);
    console.log(
      `  ${contender.name.padEnd(38)}${perSecond.padStart(8)}/s  ${spread.padEnd(17)}` +
        `${cpuMicros.padStart(7)} µs CPU  load ${loadShare}`,
    );
  }
}

export function printAlone({ residentMiB, startMs, authentication }) {
  const { warm, cold, verify } = authentication;
  console.log('\nThis API by itself');
  if (residentMiB) console.log(`  memory after the run           ${residentMiB.toFixed(0)} MiB`);
  console.log(`  start to first answer          ${startMs.toFixed(0)} ms`);
  console.log(`  one authentication, warm       ${warm.toFixed(1)} µs`);
  console.log(`  one authentication, cold       ${cold.toFixed(1)} µs`);
  console.log(`  a bare crypto.verify           ${verify.toFixed(1)} µs`);
}

export function printGoals(results) {
  console.log('\nGoals');
  for (const goal of GOALS) {
    const value = goal.value(results);
    if (value === undefined) continue;
    const verdict = isMet(goal, value) ? 'met   ' : 'MISSED';
    console.log(`  ${verdict} ${goal.text}: ${valueOf(value, '×')}, at least ${goal.bound}×`);
  }
}
