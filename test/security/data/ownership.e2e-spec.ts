import { createHash } from 'node:crypto';
import { type Api, startApi } from '../../support/api.js';
import type { Answer } from '../../support/http.js';

const SCOPE = 'read:messages write:messages';
const textsOf = ({ json }: Answer) => json.messages.map(({ text }: { text: string }) => text);

describe('What is another subject’s', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi();
  });

  afterAll(() => api.close());

  const tokenOf = (sub: string, scope = SCOPE) => api.issuer.mint({ sub, scope });
  const write = (sub: string, text: string) =>
    api.send('POST', '/api/messages', { token: tokenOf(sub), json: { text } });

  describe('a message', () => {
    it.each([
      ['in other capitals', 'auth0|Zoé'],
      ['with a space behind it', 'auth0|zoé '],
      ['with a space before it', ' auth0|zoé'],
      ['with a line break behind it', 'auth0|zoé\n'],
      ['in another Unicode form', 'auth0|zoé'.normalize('NFD')],
      ['with an invisible character', 'auth0|zo\u200Bé'],
      ['with a letter that looks alike', 'auth0|z\u043Eé'],
      ['cut off', 'auth0|zo'],
      ['with a wildcard of SQL', 'auth0|zo_'],
      ['that matches everything in SQL', '%'],
    ])('stays as it is for a sub %s', async (_, sub) => {
      const { json: message, headers } = await write('auth0|zoé', 'Mine');
      const path = headers.location!;
      const token = tokenOf(sub);
      const json = { statusCode: 403, error: 'Forbidden', message: 'Only its author may change a message' };
      expect(await api.send('PATCH', path, { token, json: { text: 'Yours' } })).toMatchObject({ status: 403, json });
      expect(await api.send('DELETE', path, { token })).toMatchObject({ status: 403, json });
      expect((await api.get(path, token)).json).toEqual(message);
    });

    it('stays as it is for an administrator on the routes of authors', async () => {
      const { json: message, headers } = await write('auth0|ann', 'Mine');
      const path = headers.location!;
      const token = tokenOf('auth0|root', `${SCOPE} read:admin write:admin`);
      expect((await api.send('PATCH', path, { token, json: { text: 'Yours' } })).status).toBe(403);
      expect((await api.send('DELETE', path, { token })).status).toBe(403);
      expect((await api.get(path, token)).json).toEqual(message);
    });

    it('stays its author’s whatever the claims beside sub say', async () => {
      const { headers } = await write('auth0|ann', 'Mine');
      const claims = { author: 'auth0|ann', azp: 'auth0|ann', client_id: 'auth0|ann', email: 'auth0|ann' };
      const token = api.issuer.mint({ ...claims, sub: 'auth0|bob', scope: SCOPE });
      expect((await api.send('DELETE', headers.location!, { token })).status).toBe(403);
    });
  });

  describe('a cursor', () => {
    let admin: string;

    beforeAll(async () => {
      admin = tokenOf('auth0|root', 'read:messages read:admin write:admin');
      for (const text of ['1', '2', '3']) {
        await write('auth0|carl', `carl ${text}`);
        await write('auth0|dora', `dora ${text}`);
      }
      for (const text of ['spam', 'more spam']) {
        const { json } = await write('auth0|eve', text);
        await api.send('DELETE', `/api/admin/messages/${json.id}`, { token: admin });
      }
    });

    const LISTS = [
      '/api/messages?limit=1',
      '/api/admin/messages?limit=1&author=auth0|carl',
      '/api/admin/messages?limit=1&author=auth0|dora',
      '/api/admin/audit?limit=1',
    ];

    it.each(LISTS.flatMap((from) => LISTS.map((into) => [from, into] as const)).filter(([from, into]) => from !== into))(
      'of %s is refused in %s',
      async (from, into) => {
        const { nextCursor } = (await api.get(from, admin)).json;
        expect(nextCursor).toEqual(expect.any(String));
        expect((await api.get(`${from}&cursor=${nextCursor}`, admin)).status).toBe(200);
        expect(await api.get(`${into}&cursor=${nextCursor}`, admin)).toMatchObject({
          status: 400,
          json: { message: ['cursor: must be the nextCursor of this list, unchanged'] },
        });
      },
    );

    it('serves whoever may read the list, and shows nobody more than the list does', async () => {
      const { nextCursor } = (await api.get('/api/messages?limit=2', admin)).json;
      const path = `/api/messages?limit=2&cursor=${nextCursor}`;
      expect(textsOf(await api.get(path, tokenOf('auth0|bob', 'read:messages')))).toEqual(
        textsOf(await api.get(path, admin)),
      );
      expect((await api.get(path, tokenOf('auth0|bob', 'write:messages'))).status).toBe(403);
      expect((await api.get(path)).status).toBe(401);
    });

    it('that somebody who has read the source makes for a filtered list does not lift the filter', async () => {
      const [{ id }] = (await api.get('/api/admin/messages?limit=1&author=auth0|dora', admin)).json.messages;
      const checksum = createHash('sha256').update(`messages by auth0|carl\n${id}`).digest();
      const bytes = Buffer.concat([Buffer.from(id.replaceAll('-', ''), 'hex'), checksum.subarray(0, 8)]);
      const cursor = bytes.toString('base64url');
      const answer = await api.get(`/api/admin/messages?limit=100&author=auth0|carl&cursor=${cursor}`, admin);
      expect([answer.status, textsOf(answer)]).toEqual([200, ['carl 3', 'carl 2', 'carl 1']]);
    });
  });
});
