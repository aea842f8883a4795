import { CASES } from '../cases.mjs';
import { GOALS, isMet } from '../goals.mjs';
import { CONNECTIONS } from '../load/wrk.mjs';
import { NODE_FLAGS } from '../server.mjs';
import { figuresOf, percent, valueOf, whole } from './figures.mjs';

/** Number of functions listed per profile. */
const TOP = 8;

/** Returns the text of RESULTS.md. */
export function results(all) {
  return (
    [
      '# Results',
      'Written by `npm run bench`. [README.md](README.md) explains how it measures.',
      '![Requests per second of this API and its peers](results.svg)',
      goals(all),
      ...CASES.map((one) => section(one, all.cases[one.id])),
      alone(all),
      profiles(all),
      conditions(all),
    ].join('\n\n') + '\n'
  );
}

function goals(all) {
  const rows = GOALS.map((goal) => {
    const value = goal.value(all);
    const measured = value === undefined ? 'not measured' : valueOf(value, '×');
    const verdict = value === undefined ? '–' : isMet(goal, value) ? 'met' : '**missed**';
    return [goal.text, `at least ${goal.bound}×`, measured, verdict];
  });
  /** Missed goals, grouped by reason. */
  const reasons = new Map();
  for (const goal of GOALS) {
    const value = goal.value(all);
    if (value === undefined || isMet(goal, value)) continue;
    const reason = goal.missed(all);
    reasons.set(reason, [...(reasons.get(reason) ?? []), goal.text]);
  }
  return [
    '## Goals',
    'Each ratio is the median of the ratios of all rounds.',
    table(['measured', 'goal', 'reached', ''], rows),
    ...[...reasons].map(([reason, texts]) => `**Missed: ${texts.join('; ')}.** ${reason}`),
  ].join('\n\n');
}

function section(one, rows) {
  const lines = rows.map(({ contender }) => {
    const figures = figuresOf(rows, contender.id);
    const isOwn = contender.server.startsWith('this');
    return [
      isOwn ? `**${contender.name}**` : contender.name,
      figures.perSecond,
      figures.spread,
      figures.cpuMicros,
      contender === rows[0].contender ? '' : `${figures.advantage}×`,
      figures.loadShare,
    ];
  });
  const head = ['', 'requests/s', 'lowest–highest', 'CPU µs/request', 'this API', 'load generator'];
  const expected = `Every answer is ${one.status}.`;
  return [`## ${one.title}`, `${one.about} ${expected}`, table(head, lines, 1)].join('\n\n');
}

function alone({
  authentication: { warm, cold, verify, cacheMiB },
  residentMiB,
  startMiB,
  startMs,
  machine,
}) {
  const database = machine.postgres ? 'PostgreSQL' : 'the embedded database included';
  return [
    '## This API by itself',
    table(
      ['', ''],
      [
        ['one authentication in process, warm', `${warm.toFixed(1)} µs`],
        ['one authentication in process, cold', `${cold.toFixed(1)} µs`],
        ['the same signatures by a bare `crypto.verify`', `${verify.toFixed(1)} µs`],
        ['memory of 10,000 accepted tokens in the cache', `${cacheMiB.toFixed(0)} MiB`],
        [`memory (RSS) after the start, with ${database}`, `${startMiB.toFixed(0)} MiB`],
        [`memory (RSS) after the run, with ${database}`, `${residentMiB.toFixed(0)} MiB`],
        ['`dist/main.js` to the first answer', `${whole(startMs)} ms`],
      ],
      1,
    ),
  ].join('\n\n');
}

function profiles(all) {
  const sections = Object.entries(all.profiles).map(([id, { parts, functions }]) => {
    const { title } = CASES.find((one) => one.id === id);
    const top = functions.filter(([name]) => !name.startsWith('(')).slice(0, TOP);
    return [
      `### ${title}`,
      table(
        ['', 'share'],
        parts.map(([name, share]) => [name, percent(share)]),
        1,
      ),
      `Top functions: ${top.map(([name, share]) => `\`${name}\` ${percent(share)}`).join(', ')}.`,
    ].join('\n\n');
  });
  return [
    '## Where the time goes',
    "This API's CPU time, sampled by `node --cpu-prof`. Built-in functions of V8 and Node count " +
      'for their caller.',
    ...sections,
  ].join('\n\n');
}

function conditions({ machine, options, cases }) {
  const { cpu, cores, memoryGiB, linux, node, wrk, postgres, api, peers } = machine;
  const warm = cases.warm;
  const raw = figuresOf(warm, 'raw');
  const own = figuresOf(warm, 'this');
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return [
    '## Conditions',
    [
      `- ${cpu}, ${cores} cores, ${memoryGiB} GiB; Linux ${linux}; Node.js ${node}; wrk ${wrk}; ` +
        `${postgres ? `PostgreSQL ${postgres}` : 'the embedded database'}.`,
      `- This API: ${api}. Peers: ${versions.join(', ')}.`,
      `- ${options.rounds} rounds of ${options.seconds} s in turn; the servers start again after two ` +
        '(cases for the record: 3 rounds).',
      '- Every server, ours and the peers, runs with the memory limits of `npm run start:prod`: ' +
        `${NODE_FLAGS.join(' ')}.`,
      machine.coresSleep
        ? '- Idle cores could sleep. The time to wake them counts for the server.'
        : '- Idle cores were kept awake.',
      '- The load generator is not the limit. ' +
        `For this API, warm, it was busy ${own.loadShare} of the time. With a server that checks ` +
        `nothing, it reached ${raw.perSecond} requests per second (${raw.loadShare} busy).`,
    ].join('\n'),
    'The commands, each pinned to one core:',
    [
      '```sh',
      '# NODE_ENV=production LOG_LEVEL=error DATABASE_URL=…',
      `taskset -c 0 node ${NODE_FLAGS.join(' ')} dist/main.js`,
      `taskset -c 1 wrk -t1 -c${CONNECTIONS} -d${options.seconds}s -s bench/load/requests.lua \\`,
      '  http://127.0.0.1:PORT -- /api/private-scoped TOKENS again',
      '```',
    ].join('\n'),
  ].join('\n\n');
}

/** @param {number} [numbers] index of the first column with numbers */
function table(head, rows, numbers = Infinity) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index < numbers ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
