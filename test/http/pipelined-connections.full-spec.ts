import { once } from 'node:events';
import http from 'node:http';
import { type Api, startApi } from '../support/api.js';
import { get, getProtected, LIMIT, type MakeRequest, SDK_FILE } from '../support/pipeline.js';
import { exchange, requestText } from '../support/wire.js';

const post: MakeRequest = (token, headers) => {
  const own = {
    Connection: 'keep-alive',
    'Content-Type': 'application/json',
    Authorization: `Bearer ${token}`,
  };
  return requestText('POST', '/api/messages', { ...own, ...headers }, '{"text":""}');
};

describe('Of the requests on one connection', () => {
  let api: Api;
  let token: string;

  beforeAll(async () => {
    api = await startApi();
    token = api.issuer.mint({ scope: 'write:messages' });
  });

  afterAll(() => api.close());

  it.each<[string, number, MakeRequest]>([
    ['a file', 200, get(SDK_FILE)],
    ['an open route', 200, get('/api/public')],
    ['a protected route', 200, getProtected],
    ['a route with a body', 400, post],
    ['a malformed URL', 400, get('/%zz')],
  ])('64 at once for %s are answered in order', async (_, status, make) => {
    const ids = Array.from({ length: LIMIT }, (__, index) => `id-${index}`);
    const requests = ids.map((id, index) =>
      make(token, {
        'X-Request-Id': id,
        Connection: index + 1 < LIMIT ? 'keep-alive' : 'close',
      }),
    );
    const answers = await exchange(api.url, requests.join(''));
    const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => Number(code));
    expect(statuses).toEqual(ids.map(() => status));
    expect(answers.match(/(?<=^x-request-id: )id-\d+/gm)).toEqual(ids);
  });

  it.each<[string, MakeRequest]>([
    ['a file', get(SDK_FILE)],
    ['an open route', get('/api/public')],
    ['a protected route', getProtected],
    ['a malformed URL', get('/%zz')],
  ])('65 at once for %s are too many, and it is closed', async (_, make) => {
    const answers = await exchange(api.url, make(token).repeat(LIMIT + 1));
    expect([...answers.matchAll(/HTTP\/1\.1/g)].length).toBeLessThan(LIMIT);
  });

  it('any number is answered when each waits for the answer before it', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    for (let count = 0; count < 3 * LIMIT; count += 1) {
      const sent = http.get(`${api.url}/api/open`, { agent });
      const [response] = (await once(sent, 'response')) as [http.IncomingMessage];
      expect(response.statusCode).toBe(200);
      sockets.add(response.socket);
      await once(response.resume(), 'end');
    }
    agent.destroy();
    expect(sockets.size).toBe(1);
  });
});
