import { writeFile } from 'node:fs/promises';
import { chart } from './chart.mjs';
import { results as page } from './results.mjs';

/** Writes RESULTS.md and the chart that the README shows. */
export async function writeReport(results) {
  await writeFile(new URL('../RESULTS.md', import.meta.url), page(results));
  await writeFile(new URL('../results.svg', import.meta.url), chart(results));
}
