import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { AUTH_ERROR_CODES } from '../../src/auth/index.js';
import { DatabaseUnavailableError } from '../../src/database/outage.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { MetricsServer } from '../../src/metrics/metrics.server.js';
import { METRICS } from '../../src/metrics/metrics.token.js';
import { createTestIssuer } from '../../src/auth/testing/index.js';
import { type Api, startApi } from '../support/api.js';
import { request } from '../support/http.js';
import { askMetrics, Scrape } from './scrape.js';

const COUNT = 'http_request_duration_seconds_count';

describe('The metrics', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({ environment: { METRICS_PORT: '0', HOST: '127.0.0.1' } });
  });

  afterAll(() => api.close());

  /** How much a value rises while `work` runs. */
  const rise = async (
    name: string,
    labels: Record<string, string>,
    work: () => Promise<unknown>,
  ) => {
    const before = (await Scrape.of(api)).value(name, labels) ?? 0;
    await work();
    await settled(api);
    return ((await Scrape.of(api)).value(name, labels) ?? 0) - before;
  };

  describe('are served', () => {
    it('at /metrics of their own port, as text that Prometheus reads', async () => {
      const { status, headers, body } = await askMetrics(api);
      expect({ status, type: headers['content-type'] }).toEqual({
        status: 200,
        type: 'text/plain; version=0.0.4; charset=utf-8',
      });
      expect(body).toContain('# TYPE http_request_duration_seconds histogram\n');
    });

    it.each([
      ['HEAD', '/metrics', 200],
      ['GET', '/metrics?name[]=up', 200],
      ['POST', '/metrics', 405],
      ['GET', '/', 404],
      ['GET', '/metrics/', 404],
      ['GET', '/api/open', 404],
      ['GET', '/%zz', 404],
    ])('to nothing else: %s %s is %i', async (method, path, status) => {
      const answer = await askMetrics(api, method, path);
      expect(answer.status).toBe(status);
      if (method === 'HEAD' || status !== 200) expect(answer.body).toBe('');
    });

    it('never on the port of the API', async () => {
      const token = api.issuer.mint();
      const answers = [await api.get('/metrics'), await api.get('/metrics', token)];
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    });
  });

  describe('count a request', () => {
    it('with the pattern of its route, and never its path or its query', async () => {
      const token = api.issuer.mint({ scope: 'read:messages' });
      const labels = { method: 'GET', route: '/api/messages/:id', status: '404' };
      expect(
        await rise(COUNT, labels, () => api.get('/api/messages/secret-id?q=secret', token)),
      ).toBe(1);
      expect((await Scrape.of(api)).text).not.toContain('secret');
    });

    it.each([
      ['that succeeds', 'GET', '/api/open', '/api/open', '200'],
      ['that is refused', 'GET', '/api/private', '/api/private', '401'],
      ['that no route matches', 'GET', '/nothing', 'unmatched', '404'],
      ['whose method no route has', 'DELETE', '/api/public', 'unmatched', '404'],
      ['whose body is not JSON', 'POST', '/api/messages', '/api/messages', '400'],
    ])('%s', async (_, method, path, route, status) => {
      const ask =
        method === 'POST' ? { body: '{', headers: { 'Content-Type': 'application/json' } } : {};
      const labels = { method, route, status };
      expect(await rise(COUNT, labels, () => api.send(method, path, ask))).toBe(1);
    });

    it('that fails', async () => {
      api.app.get(MessagesService).list = () =>
        Promise.reject(new DatabaseUnavailableError('gone'));
      const token = api.issuer.mint({ scope: 'read:messages' });
      const labels = { method: 'GET', route: '/api/messages', status: '503' };
      const risen = await rise(COUNT, labels, () => api.get('/api/messages', token));
      Reflect.deleteProperty(api.app.get(MessagesService), 'list');
      expect(risen).toBe(1);
    });

    it('whose client does not wait for the answer', async () => {
      let answerNow = () => {};
      const called = new Promise<void>((resolve) => {
        api.app.get(MessagesService).list = () => {
          resolve();
          return new Promise((done) => (answerNow = () => done({ messages: [] })));
        };
      });
      const token = api.issuer.mint({ scope: 'read:messages' });
      const labels = { method: 'GET', route: '/api/messages' };
      const risen = await rise('http_requests_aborted_total', labels, async () => {
        const { hostname, port } = new URL(api.url);
        const socket = connect(Number(port), hostname);
        const arrived = once(api.app.getHttpServer(), 'request');
        socket.write(
          `GET /api/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        );
        const [, response] = (await arrived) as [unknown, ServerResponse];
        await called;
        socket.destroy();
        await once(response, 'close');
        answerNow();
      });
      Reflect.deleteProperty(api.app.get(MessagesService), 'list');
      expect(risen).toBe(1);
    });

    it('by its duration in seconds', async () => {
      const labels = { method: 'GET', route: '/api/open', status: '200' };
      const name = 'http_request_duration_seconds_sum';
      const seconds = await rise(name, labels, () => api.get('/api/open'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(10);
    });
  });

  it('have a bounded number of series, whatever clients send', async () => {
    const before = (await Scrape.of(api)).samples.length;
    const methods = ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND', 'PURGE', 'MKCOL'];
    for (let index = 0; index < 500; index += 1) {
      const method = methods[index % methods.length]!;
      const token = api.issuer.mint({ sub: `subject-${index}`, scope: 'read:messages' });
      // Every second one is matched by a route, and its token is judged.
      const path = index % 2 === 0 ? `/no-route/${index}` : `/api/messages/path-${index}`;
      await api.send(method, `${path}?q=query-${index}`, { token });
    }
    await settled(api);
    const scrape = await Scrape.of(api);
    // Of /api/messages/:id, and of `unmatched` for each method or OTHER.
    const perHistogram =
      scrape
        .all('http_request_duration_seconds_bucket')
        .filter(({ labels }) => labels.route === 'unmatched' && labels.method === 'GET').length + 2;
    expect(scrape.samples.length - before).toBeLessThanOrEqual(7 * perHistogram);
    expect(scrape.text).not.toMatch(/subject-|path-|query-|no-route|PROPFIND|PURGE|MKCOL/);
    expect(scrape.value(COUNT, { method: 'OTHER', route: 'unmatched', status: '404' })).toBe(213);
  });

  describe('count a refusal by its code', () => {
    const refusals = (code: string, work: () => Promise<unknown>) =>
      rise('auth_refusals_total', { code }, work);

    it('for every code, before the first one', async () => {
      const codes = (await Scrape.of(api))
        .all('auth_refusals_total')
        .map((each) => each.labels.code);
      const expected = ['token_missing', ...Object.values(AUTH_ERROR_CODES).flat()];
      expect(new Set(codes)).toEqual(new Set(expected));
    });

    it('token_missing for a 401 without a code', async () => {
      expect(await refusals('token_missing', () => api.get('/api/private'))).toBe(1);
    });

    it.each([
      ['token_malformed', '/api/private', () => 'x'],
      ['token_expired', '/api/private', () => api.issuer.mint({ exp: 1 })],
      ['insufficient_scope', '/api/messages', () => api.issuer.mint()],
      ['claim_requirement', '/api/admin', () => api.issuer.mint()],
    ])('%s', async (code, path, mint) => {
      const token = mint();
      expect(await refusals(code, () => api.get(path, token))).toBe(1);
    });
  });

  it('count the tokens found in the cache, and its entries and bytes', async () => {
    const token = api.issuer.mint({ sub: 'seen-three-times' });
    const before = await Scrape.of(api);
    for (let count = 0; count < 3; count += 1) await api.get('/api/private', token);
    const after = await Scrape.of(api);
    const change = (name: string) => after.value(name)! - before.value(name)!;
    expect({
      hits: change('auth_token_cache_hits_total'),
      misses: change('auth_token_cache_misses_total'),
      entries: change('auth_token_cache_entries'),
    }).toEqual({ hits: 2, misses: 1, entries: 1 });
    expect(change('auth_token_cache_bytes')).toBeGreaterThan(token.length);
  });

  it('tell the state of the keys of each issuer', async () => {
    await api.get('/api/private', api.issuer.mint());
    const scrape = await Scrape.of(api);
    const issuer = api.issuer.url;
    expect(scrape.all('auth_key_fetches_total')).toEqual([
      { name: 'auth_key_fetches_total', labels: { issuer, result: 'success' }, value: 1 },
      { name: 'auth_key_fetches_total', labels: { issuer, result: 'failure' }, value: 0 },
    ]);
    expect(scrape.all('auth_keys_ready')).toEqual([
      { name: 'auth_keys_ready', labels: { issuer }, value: 1 },
    ]);
    expect(scrape.value('auth_key_set_age_seconds', { issuer })).toBeGreaterThanOrEqual(0);
  });

  it('never contain a token or a subject', async () => {
    const sub = 'auth0|subject-of-a-person';
    const token = api.issuer.mint({ sub });
    await api.get('/api/private', token);
    await api.get('/api/messages', token);
    await api.get(`/api/private?access_token=${token}`, token);
    await settled(api);
    const { text } = await Scrape.of(api);
    expect(text).not.toContain(sub);
    for (const part of token.split('.')) expect(text).not.toContain(part);
  });
});

describe('The port of the metrics', () => {
  it('is closed after the API, when its requests have finished', async () => {
    const api = await startApi({ environment: { METRICS_PORT: '0', HOST: '127.0.0.1' } });
    const service = api.app.get(MessagesService);
    const list = service.list.bind(service);
    const during: Promise<Scrape>[] = [];
    service.list = (...args) => {
      const server = api.app.getHttpServer();
      // The answer waits for the shutdown to begin, and for a scrape in the middle of it.
      return new Promise((resolve) => {
        const begun = setInterval(() => {
          if (server.listening) return;
          clearInterval(begun);
          during.push(Scrape.of(api));
          resolve(during[0]!.then(() => list(...args)));
        }, 1);
      });
    };
    const { url } = api.app.get(MetricsServer);
    const arrived = once(api.app.getHttpServer(), 'request');
    const answer = api.get('/api/messages', api.issuer.mint({ scope: 'read:messages' }));
    await arrived;
    await api.close();
    expect((await answer).status).toBe(200);
    expect((await during[0])?.value('app_info')).toBe(1);
    await expect(request(url!, 'GET', '/metrics')).rejects.toThrow('ECONNREFUSED');
  });

  it('fails the start with an error that names its variable, when it is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const issuer = await createTestIssuer();
    const environment = { METRICS_PORT: String(port), HOST: '127.0.0.1' };
    const start = startApi({ issuer, environment });
    await expect(start).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port,
      variable: 'METRICS_PORT',
    });
    taken.close();
    await issuer.close();
  });

  it('is not opened without METRICS_PORT', async () => {
    const api = await startApi();
    expect(api.app.get(METRICS)).toBeNull();
    expect(api.app.get(MetricsServer).url).toBeUndefined();
    expect((await api.get('/metrics')).status).toBe(404);
    await api.close();
  });
});

/** Waits for the server to count the answers that the client has read. */
async function settled({ url }: Pick<Api, 'url'>): Promise<void> {
  await request(url, 'GET', '/api/public');
}
