/** `npm run bench`: compares this API with its peers. README.md explains the figures. */
import { profileCase } from './profile.mjs';
import { timeAuthentication, timeStarts } from './alone.mjs';
import { CASES, groupsOf } from './cases.mjs';
import { describeMachine, requireTools } from './machine.mjs';
import { readOptions } from './options.mjs';
import { printAlone, printCase, printGoals } from './report/console.mjs';
import { writeReport } from './report/report.mjs';
import { takeTurns } from './rounds.mjs';
import { Surroundings } from './surroundings.mjs';

/** Cases that are profiled. */
const PROFILED = ['warm', 'cold', 'expired', 'forged'];

const options = readOptions();
await requireTools();
const surroundings = await Surroundings.create(options);
try {
  const results = {
    options,
    machine: await describeMachine(surroundings),
    cases: {},
    profiles: {},
  };

  for (const group of groupsOf(options.cases)) {
    const rows = await takeTurns(group, surroundings, options);
    // The next group stops the servers.
    const api = surroundings.servers.get('this');
    results.residentMiB = (await api?.residentMiB()) ?? results.residentMiB;
    for (const one of group) {
      results.cases[one.id] = rows.filter((row) => row.one === one);
      console.log(`\n${one.title}`);
      printCase(results.cases[one.id]);
    }
  }

  Object.assign(results, await timeStarts(surroundings));
  results.authentication = await timeAuthentication(surroundings);
  printAlone(results);

  if (options.isWhole) {
    for (const one of CASES.filter(({ id }) => PROFILED.includes(id))) {
      results.profiles[one.id] = await profileCase(one, surroundings);
    }
  }
  printGoals(results);
  if (options.isWhole) await writeReport(results);
} finally {
  await surroundings.close();
}
