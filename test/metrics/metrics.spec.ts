import { Metrics, type MetricsSources } from '../../src/metrics/metrics.js';
import { Scrape } from './scrape.js';

const ISSUER = 'https://issuer.test/';
const KEYS = { issuer: ISSUER, isReady: true, fetches: 5, failedFetches: 2, keysAgeSec: 61.5 };

const SOURCES: MetricsSources = {
  verifier: { status: () => ({ issuers: [KEYS] }) },
  connection: {},
  revocations: { status: () => ({ known: 3, ageSec: 1.5 }) },
  rateLimitStorage: {},
};

/** What is scraped from these sources. */
async function scrape(sources: Partial<MetricsSources> = {}): Promise<Scrape> {
  return new Scrape(await new Metrics({ ...SOURCES, ...sources }).text());
}

describe('Metrics', () => {
  it('are those of one application: another one in the process has its own', async () => {
    const [one, other] = [1, 2].map(() => new Metrics(SOURCES));
    one!.countRefusal('token_expired');
    const [mine, theirs] = await Promise.all(
      [one!, other!].map(async (each) => new Scrape(await each.text())),
    );
    const labels = { code: 'token_expired' };
    expect(mine!.value('auth_refusals_total', labels)).toBe(1);
    expect(theirs!.value('auth_refusals_total', labels)).toBe(0);
  });

  it('split the connections of the pool into idle and busy', async () => {
    const pool = () => ({ total: 10, idle: 3, waiting: 4 });
    const found = await scrape({ connection: { pool } });
    expect(found.value('db_pool_connections', { state: 'idle' })).toBe(3);
    expect(found.value('db_pool_connections', { state: 'busy' })).toBe(7);
    expect(found.value('db_pool_waiting')).toBe(4);
  });

  it('have no connections where the database is embedded', async () => {
    expect((await scrape()).all('db_pool_connections')).toEqual([]);
  });

  it('count fetches of keys by their result', async () => {
    const found = await scrape();
    expect(found.value('auth_key_fetches_total', { issuer: ISSUER, result: 'success' })).toBe(3);
    expect(found.value('auth_key_fetches_total', { issuer: ISSUER, result: 'failure' })).toBe(2);
    expect(found.value('auth_key_set_age_seconds', { issuer: ISSUER })).toBe(61.5);
  });

  it('have no age of keys before the first ones, and are not ready', async () => {
    const issuer = { ...KEYS, isReady: false, keysAgeSec: undefined };
    const found = await scrape({ verifier: { status: () => ({ issuers: [issuer] }) } });
    expect(found.all('auth_key_set_age_seconds')).toEqual([]);
    expect(found.value('auth_keys_ready', { issuer: ISSUER })).toBe(0);
  });

  it('count failures of the storage of rate limits', async () => {
    const found = await scrape({ rateLimitStorage: { failures: 7 } });
    expect(found.value('rate_limit_storage_failures_total')).toBe(7);
  });

  it('count no failures where requests are counted in memory', async () => {
    expect((await scrape()).value('rate_limit_storage_failures_total')).toBe(0);
  });

  it('show how many revocations are known, and how old they are', async () => {
    const found = await scrape();
    expect(found.value('revocations_known')).toBe(3);
    expect(found.value('revocations_age_seconds')).toBe(1.5);
  });

  it('do not count health checks', async () => {
    const metrics = new Metrics(SOURCES);
    metrics.countAnswer({ method: 'GET', routeOptions: { url: '/health/ready' } }, 503, 1);
    metrics.countAnswer({ method: 'GET', routeOptions: { url: '/health-plan' } }, 200, 1);
    const found = new Scrape(await metrics.text());
    expect(
      found.all('http_request_duration_seconds_count').map(({ labels }) => labels.route),
    ).toEqual(['/health-plan']);
  });
});
