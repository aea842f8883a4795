const columns = ['event', 'requests', 'failed', 'p50 ms', 'p99 ms', 'max ms', 'gap ms'];

/** One line per event. A gap is the longest time without a request that succeeded. */
export function eventTable(attempts) {
  const rows = [...groupBy(attempts, ({ event }) => event)].map(([event, all]) => {
    const failed = all.filter(isFailure).length;
    const times = [percentile(all, 0.5), percentile(all, 0.99), percentile(all, 1), gap(all)];
    return [event, all.length, failed, ...times.map((ms) => Math.round(ms))];
  });
  return table([columns, ...rows]);
}

/** Counts the failures of each event by cause. */
export function failuresByCause(attempts) {
  const failures = attempts.filter(isFailure);
  const groups = groupBy(failures, ({ event, kind, cause }) => `${event}: ${kind}: ${cause}`);
  return [...groups].map(([cause, { length }]) => `${length} × ${cause}`);
}

/** The second whose slowest requests took the longest. */
export function slowestSecond(attempts) {
  const seconds = groupBy(attempts, ({ at }) => Math.floor((at - attempts[0].at) / 1000));
  const slowest = [...seconds].toSorted(
    ([, a], [, b]) => percentile(b, 0.99) - percentile(a, 0.99),
  )[0];
  const [second, all] = slowest;
  const [p50, p99, max] = [0.5, 0.99, 1].map((part) => Math.round(percentile(all, part)));
  return `second ${second} of the load (${all[0].event}): p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
}

/** The connection failed, or the answer is 5xx. */
export function isFailure({ status }) {
  return status === undefined || status >= 500;
}

/** In milliseconds. `part` 1 is the maximum. */
function percentile(attempts, part) {
  const sorted = attempts.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.ceil(part * sorted.length) - 1] ?? 0;
}

function gap(attempts) {
  const times = attempts
    .filter(({ ok }) => ok)
    .map(({ at, ms }) => at + ms)
    .toSorted((a, b) => a - b);
  return Math.max(0, ...times.slice(1).map((time, index) => time - times[index]));
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function table(rows) {
  const widths = rows[0].map((_, index) => Math.max(...rows.map((row) => `${row[index]}`.length)));
  return rows
    .map((row) =>
      row
        .map((cell, index) =>
          index === 0 ? `${cell}`.padEnd(widths[0]) : `${cell}`.padStart(widths[index]),
        )
        .join('  '),
    )
    .join('\n');
}
