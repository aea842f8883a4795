import { createDpopKey } from '../../src/auth/testing/index.js';
import { DpopClient, PUBLIC_URL } from '../auth/bound/support.js';
import { type Api, startApi } from '../support/api.js';
import { RedisServer } from '../support/redis.js';
import { Scrape } from './scrape.js';

describe('The metrics of an instance with PostgreSQL and Redis', () => {
  let redis: RedisServer;
  let api: Api;
  let token: string;

  beforeAll(async () => {
    redis = await RedisServer.create();
    await redis.start();
    const environment = {
      METRICS_PORT: '0',
      RATE_LIMIT: '1000',
      REDIS_URL: redis.url,
      DPOP: 'allowed',
      PUBLIC_URL,
    };
    api = await startApi({ ownDatabase: true, environment });
    token = api.issuer.mint({ scope: 'read:messages' });
  });

  afterAll(async () => {
    await api.close();
    await redis.stop();
  });

  it('count the connections of the pool', async () => {
    expect((await api.get('/api/messages', token)).status).toBe(200);
    const scrape = await Scrape.of(api);
    expect(scrape.value('db_pool_connections', { state: 'idle' })).toBe(1);
    expect(scrape.value('db_pool_connections', { state: 'busy' })).toBe(0);
    expect(scrape.value('db_pool_waiting')).toBe(0);
  });

  it('count the requests that Redis could not count', async () => {
    const name = 'rate_limit_storage_failures_total';
    expect((await Scrape.of(api)).value(name)).toBe(0);
    await redis.stop();
    expect((await api.get('/api/messages', token)).status).toBe(200);
    expect((await Scrape.of(api)).value(name)).toBe(1);
    // Its proof is not remembered either, but that is a refusal.
    const client = new DpopClient(await createDpopKey(), api.issuer, (...sent) =>
      api.send(...sent),
    );
    expect((await client.send({ path: '/api/private' })).status).toBe(503);
    expect((await Scrape.of(api)).value(name)).toBe(2);
  });
});
