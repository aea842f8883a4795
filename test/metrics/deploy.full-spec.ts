import { readFileSync } from 'node:fs';
import { type Api, startApi } from '../support/api.js';
import { Scrape } from './scrape.js';

interface Dashboard {
  templating: { list: { name: string; type: string; query: unknown }[] };
  panels: {
    id: number;
    type: string;
    datasource?: { uid: string };
    targets?: { expr: string; datasource: { uid: string } }[];
  }[];
}

const dashboard = JSON.parse(readFileSync('deploy/grafana/dashboard.json', 'utf8')) as Dashboard;
const rules = readFileSync('deploy/prometheus/alerts.yml', 'utf8');
const page = readFileSync('docs/metrics.md', 'utf8');

const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name]) => name!);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

/** Made by Prometheus itself for each target. */
const OF_PROMETHEUS = ['up'];

/** Names of metrics and functions in an expression: not labels, their values or durations. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(by|without|on) \([^)]*\)/g, ' ');
  return [...bare.matchAll(/[a-z_]\w*(?!\w|\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !['and', 'or', 'sum', 'count', 'max'].includes(name));
}

/** Names before the colon of each entry of docs/metrics.md. Lower-case labels follow a `by`. */
const explained = [...page.matchAll(/^- (`[^:]+):/gm)].flatMap(([, head]) =>
  [...head!.replace(/\bby .*$/s, '').matchAll(/`(\w+)`/g)].map(([, name]) => name!),
);

describe('What is built on the metrics', () => {
  let scrape: Scrape;

  beforeAll(async () => {
    const api: Api = await startApi({ environment: { METRICS_PORT: '0', HOST: '127.0.0.1' } });
    await api.get('/api/private', api.issuer.mint());
    await api.get('/api/private');
    scrape = await Scrape.of(api);
    await api.close();
  });

  /** Names that may be queried: those of values, and those that have no value yet. */
  const known = () => [
    ...OF_PROMETHEUS,
    ...scrape.names,
    ...scrape.samples.map(({ name }) => name),
  ];

  it('reads only metrics that the application has: the alerts', () => {
    const expressions = [...rules.matchAll(/expr: (?:>-\n)?(.+?)(?=\n +(?:for|labels):)/gs)];
    expect(expressions).toHaveLength(alerts.length);
    const used = expressions.flatMap(([, expression]) => metricsIn(expression!));
    expect(used.length).toBeGreaterThanOrEqual(alerts.length);
    expect(used.filter((name) => !known().includes(name))).toEqual([]);
  });

  it('reads only metrics that the application has: the dashboard', () => {
    const expressions = panels.map(({ targets = [] }) => targets.map(({ expr }) => expr));
    const used = expressions.flat().flatMap(metricsIn);
    expect(expressions.filter((each) => each.length === 0)).toEqual([]);
    expect(used.length).toBeGreaterThanOrEqual(panels.length);
    expect(used.filter((name) => !known().includes(name))).toEqual([]);
  });

  it('selects labels and values that the metrics have', () => {
    const expressions = [
      ...rules.matchAll(/code=~?"([^"]*)"/g),
      ...JSON.stringify(dashboard).matchAll(/code=~?\\+"([^"\\]*)/g),
    ].map(([, value]) => new RegExp(`^(?:${value})$`));
    const codes = scrape.all('auth_refusals_total').map(({ labels }) => labels.code!);
    expect(expressions.length).toBeGreaterThan(0);
    expect(expressions.filter((each) => !codes.some((code) => each.test(code)))).toEqual([]);
  });

  it('asks the data source that is chosen at the import of the dashboard', () => {
    const variable = dashboard.templating.list.find(({ name }) => name === 'datasource');
    expect(variable).toMatchObject({ type: 'datasource', query: 'prometheus' });
    const sources = panels.flatMap(({ datasource, targets = [] }) => [
      datasource?.uid,
      ...targets.map((target) => target.datasource.uid),
    ]);
    expect(new Set(sources)).toEqual(new Set(['${datasource}']));
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it('is explained in docs/metrics.md, which explains nothing else', () => {
    const names = [...scrape.names, ...OF_PROMETHEUS, ...alerts];
    expect(names.filter((name) => !explained.includes(name))).toEqual([]);
    expect(new Set(explained).size).toBe(explained.length);
    // Other systems than Linux lack some metrics of the process.
    const others = explained.filter((name) => !names.includes(name));
    expect(others.filter((name) => !name.startsWith('process_'))).toEqual([]);
  });

  it('says how bad each alert is and what to do', () => {
    const blocks = rules.split(/^ +- alert: /m).slice(1);
    const incomplete = blocks.filter(
      (block) =>
        !/severity: (critical|warning)\n/.test(block) ||
        !/summary: .{20}/.test(block) ||
        !/description: >-\n.{60}/.test(block),
    );
    expect(incomplete).toEqual([]);
  });
});
