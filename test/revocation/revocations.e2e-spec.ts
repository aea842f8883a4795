import { sql } from 'drizzle-orm';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { DATABASE, type Database } from '../../src/database/connection.js';
import { FakeClock } from '../auth/support/fake-clock.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { expectRefusal } from '../support/refusal.js';

const PATH = '/api/admin/revocations';
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const MONTH_MS = 31 * 24 * 60 * 60 * 1000;

describe('/api/admin/revocations', () => {
  let clock: FakeClock;
  let issuer: TestIssuer;
  let api: Api;

  beforeAll(async () => {
    clock = new FakeClock();
    issuer = await createTestIssuer({ audience: AUDIENCE, now: clock.now });
    api = await startApi({ issuer, clock });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  const admin = () => issuer.mint({ sub: 'auth0|root', scope: 'read:admin write:admin' });
  const revoke = (json: object, token = admin()) => api.send('POST', PATH, { token, json });
  const list = async (query = '') => (await api.get(`${PATH}${query}`, admin())).json;
  const use = (token: string) => api.get('/api/private', token);

  const expectRevoked = async (token: string) =>
    expectRefusal(await use(token), {
      status: 401,
      code: 'token_revoked',
      description: 'The access token has been revoked.',
    });

  describe('POST', () => {
    it('answers with the row, and the list and the audit trail have it', async () => {
      const { status, json, headers } = await revoke({ sub: 'auth0|eve' });
      const at = clock.now();
      expect({ status, json }).toEqual({
        status: 201,
        json: {
          id: expect.stringMatching(UUID_V7),
          iss: issuer.url,
          sub: 'auth0|eve',
          reason: 'administrator',
          at: new Date(at).toISOString(),
          expiresAt: new Date(at + MONTH_MS + 60_000).toISOString(),
        },
      });
      expect(headers['cache-control']).toBe('private, no-cache');
      expect((await list('?limit=1')).revocations).toEqual([json]);
      const audit = await api.get('/api/admin/audit?limit=1', admin());
      expect(audit.json.entries).toEqual([
        {
          id: expect.stringMatching(UUID_V7),
          actor: 'auth0|root',
          action: 'revoke',
          messageId: null,
          author: null,
          text: null,
          revoked: { sub: 'auth0|eve' },
          at: json.at,
        },
      ]);
    });

    it.each([
      ['sub', { sub: 'auth0|ann', sid: 's-1', jti: 'j-1' }],
      ['sid', { sub: 'auth0|bob', sid: 's-2', jti: 'j-2' }],
      ['jti', { sub: 'auth0|cat', sid: 's-3', jti: 'j-3' }],
    ] as const)('refuses a token by its %s at once, and no other one', async (claim, named) => {
      const token = issuer.mint(named);
      const other = issuer.mint({ ...named, [claim]: 'another' });
      for (const each of [token, other]) expect((await use(each)).status).toBe(200);
      expect((await revoke({ [claim]: named[claim] })).status).toBe(201);
      await expectRevoked(token);
      expect((await use(other)).status).toBe(200);
    });

    it('lets the subject log in again: a token of the next second passes', async () => {
      await revoke({ sub: 'auth0|dan' });
      await expectRevoked(issuer.mint({ sub: 'auth0|dan' }));
      clock.advance(1000);
      expect((await use(issuer.mint({ sub: 'auth0|dan' }))).status).toBe(200);
    });

    it('writes a new row when a subject is revoked again', async () => {
      await revoke({ sub: 'auth0|fay' });
      clock.advance(5000);
      const token = issuer.mint({ sub: 'auth0|fay' });
      expect((await use(token)).status).toBe(200);
      await revoke({ sub: 'auth0|fay' });
      await expectRevoked(token);
      const { revocations } = await list('?limit=2');
      expect(revocations.map(({ sub }: { sub: string }) => sub)).toEqual([
        'auth0|fay',
        'auth0|fay',
      ]);
      expect(revocations[0].id).not.toBe(revocations[1].id);
    });

    it.each<[string, object, string]>([
      ['nothing', {}, 'body: must have exactly one of sub, sid and jti'],
      ['two names', { sub: 'a', sid: 'b' }, 'body: must have exactly one of sub, sid and jti'],
      ['an unknown field', { sub: 'a', iss: 'b' }, 'iss: is not a known field'],
      ['an empty name', { sub: '' }, 'sub: must have 1 to 255 characters'],
      ['a long name', { sid: 'x'.repeat(256) }, 'sid: must have 1 to 255 characters'],
      ['a number', { jti: 7 }, 'jti: must be a string'],
      ['null', { jti: null }, 'jti: must be a string'],
      ['NUL', { sub: 'a\0' }, 'sub: must not contain NUL or a lone surrogate'],
      ['a list', ['a'], 'body: must be a JSON object'],
    ])('refuses %s', async (_, json, message) => {
      const before = await list();
      const answer = await revoke(json);
      expect([answer.status, answer.json.message]).toEqual([400, [message]]);
      expect(await list()).toEqual(before);
    });

    it('refuses a token without sub, because the audit trail names the actor', async () => {
      const token = issuer.mint({ sub: undefined, scope: 'write:admin' });
      expect(await revoke({ sub: 'auth0|gus' }, token)).toMatchObject({ status: 403 });
      expect((await use(issuer.mint({ sub: 'auth0|gus' }))).status).toBe(200);
    });

    it('revokes nothing when the audit entry cannot be written', async () => {
      const db = api.app.get<Database>(DATABASE);
      const before = await list();
      await db.execute(sql`alter table audit_entries add constraint never check (false) not valid`);
      try {
        expect((await revoke({ sub: 'auth0|hal' })).status).toBe(500);
      } finally {
        await db.execute(sql`alter table audit_entries drop constraint never`);
      }
      expect(await list()).toEqual(before);
      expect((await use(issuer.mint({ sub: 'auth0|hal' }))).status).toBe(200);
    });
  });

  describe('GET', () => {
    it('lists the newest first, page by page', async () => {
      for (const jti of ['1', '2', '3']) await revoke({ jti });
      const first = await list('?limit=2');
      const second = await list(`?limit=1&cursor=${first.nextCursor}`);
      const rows: { jti: string }[] = [...first.revocations, ...second.revocations];
      expect(rows.map(({ jti }) => jti)).toEqual(['3', '2', '1']);
    });

    it.each(['limit=0', 'cursor=abc', 'sub=a'])('refuses ?%s', async (query) => {
      expect((await api.get(`${PATH}?${query}`, admin())).status).toBe(400);
    });
  });

  it.each([
    ['GET', 'read:admin'],
    ['POST', 'write:admin'],
  ])('%s needs an access token with the scope %s', async (method, scope) => {
    const json = method === 'POST' ? { sub: 'auth0|ida' } : undefined;
    expectRefusal(await api.send(method, PATH, { json }), { status: 401 });
    const others = ['read:messages', 'write:messages', 'read:admin', 'write:admin'];
    const token = issuer.mint({ scope: others.filter((other) => other !== scope).join(' ') });
    expectRefusal(await api.send(method, PATH, { token, json }), {
      status: 403,
      code: 'insufficient_scope',
      scope,
    });
  });
});
