import { type Api, startApi } from '../support/api.js';
import type { Ask } from '../support/http.js';

describe('POST /api/messages with an Idempotency-Key', () => {
  let api: Api;
  let ann: string;
  let bob: string;

  beforeAll(async () => {
    api = await startApi({ environment: { CORS_ORIGINS: 'https://app.example.com' } });
    const scope = 'read:messages write:messages';
    ann = api.issuer.mint({ sub: 'auth0|ann', scope });
    bob = api.issuer.mint({ sub: 'auth0|bob', scope });
  }, 30_000);

  afterAll(() => api.close());

  const post = (key: string, json: unknown, token = ann) =>
    api.send('POST', '/api/messages', { token, json, headers: { 'Idempotency-Key': key } });

  /** How many of the newest messages have this text. */
  const written = async (text: string) => {
    const { json } = await api.get('/api/messages?limit=100', ann);
    return json.messages.filter((message: { text: string }) => message.text === text).length;
  };

  it('gives the first answer again, for both forms of the key', async () => {
    const first = await post('replay', { text: 'Once' });
    expect([first.status, first.headers.location]).toEqual([201, `/api/messages/${first.json.id}`]);
    for (const [key, text] of [
      ['replay', 'Once'],
      ['"replay"', ' Once\n'], // the input is the same after trimming
    ] as const) {
      const again = await post(key, { text });
      expect([again.status, again.headers.location, again.body]).toEqual([
        201,
        first.headers.location,
        first.body,
      ]);
    }
    expect(await written('Once')).toBe(1);
  });

  it.each([
    ['edited', 'PATCH', { text: 'Edited' }],
    ['deleted', 'DELETE', undefined],
  ])('gives the first answer also after the message was %s', async (name, method, json) => {
    const text = `To be ${name}`;
    const first = await post(name, { text });
    await api.send(method, first.headers.location!, { token: ann, json });
    const again = await post(name, { text });
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(await written(text)).toBe(0);
  });

  it('refuses the key with another body with 422, and writes nothing', async () => {
    await post('reused', { text: 'One' });
    const { status, headers, json } = await post('reused', { text: 'Two' });
    expect([status, headers['www-authenticate'], json]).toEqual([
      422,
      undefined,
      {
        statusCode: 422,
        error: 'Unprocessable Entity',
        message: 'This Idempotency-Key was used with another body',
      },
    ]);
    expect(await written('Two')).toBe(0);
  });

  it('keeps the keys of two authors apart', async () => {
    const [one, two] = [
      await post('shared', { text: 'Of Ann' }),
      await post('shared', { text: 'Of Bob' }, bob),
    ];
    expect([one.status, two.status, two.json.author]).toEqual([201, 201, 'auth0|bob']);
    expect(two.json.id).not.toBe(one.json.id);
  });

  it.each<[string, Ask['headers']]>([
    ['an empty key', { 'Idempotency-Key': '' }],
    ['a key with a space', { 'Idempotency-Key': '"a b"' }],
    ['two headers', ['Idempotency-Key', 'a', 'Idempotency-Key', 'a']],
  ])('refuses %s with 400, and writes nothing', async (_, headers) => {
    const ask = { token: ann, json: { text: 'Malformed' }, headers };
    const { status, json } = await api.send('POST', '/api/messages', ask);
    expect([status, json]).toEqual([
      400,
      {
        statusCode: 400,
        error: 'Bad Request',
        message: ['Idempotency-Key: must be one key of 1 to 255 visible ASCII characters'],
      },
    ]);
    expect(await written('Malformed')).toBe(0);
  });

  it('does not keep the key of a request that was refused', async () => {
    const noSubject = api.issuer.mint({ sub: undefined, scope: 'write:messages' });
    const mayNotWrite = api.issuer.mint({ sub: 'auth0|ann', scope: 'read:messages' });
    const refused = [
      await post('refused', { text: ' ' }),
      await post('refused', { text: 'Refused' }, noSubject),
      await post('refused', { text: 'Refused' }, mayNotWrite),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 403, 403]);
    expect(await post('refused', { text: 'Accepted' })).toMatchObject({ status: 201 });
  });

  it('writes one message for 20 parallel requests with one key', async () => {
    const text = 'In parallel';
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('parallel', { text })));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await written(text)).toBe(1);
  });

  it('lets one of parallel requests with different bodies win', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => post('contended', { text: `Body ${index}` })),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array(9).fill(422)]);
  });

  it('may be sent by scripts of an allowed origin', async () => {
    const { status, headers } = await api.send('OPTIONS', '/api/messages', {
      headers: {
        Origin: 'https://app.example.com',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type,idempotency-key',
      },
    });
    expect([status, headers['access-control-allow-headers']]).toEqual([
      204,
      'authorization,content-type,idempotency-key',
    ]);
  });
});
