import { type Api, startApi } from '../../support/api.js';
import type { Answer } from '../../support/http.js';

const SCOPE = 'read:messages write:messages';
const textsOf = ({ json }: Answer) => json.messages.map(({ text }: { text: string }) => text);

describe('The data of another subject', () => {
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
      ['with a space after it', 'auth0|zoé '],
      ['with a space before it', ' auth0|zoé'],
      ['with a line break after it', 'auth0|zoé\n'],
      ['in another Unicode form', 'auth0|zoé'.normalize('NFD')],
      ['with an invisible character', 'auth0|zo\u200Bé'],
      ['with a letter that looks alike', 'auth0|z\u043Eé'],
      ['cut off', 'auth0|zo'],
      ['with a wildcard of SQL', 'auth0|zo_'],
      ['that matches everything in SQL', '%'],
    ])('does not change for a sub %s', async (_, sub) => {
      const { json: message, headers } = await write('auth0|zoé', 'Mine');
      const path = headers.location!;
      const token = tokenOf(sub);
      const json = {
        statusCode: 403,
        error: 'Forbidden',
        message: 'Only its author may change a message',
      };
      expect(await api.send('PATCH', path, { token, json: { text: 'Yours' } })).toMatchObject({
        status: 403,
        json,
      });
      expect(await api.send('DELETE', path, { token })).toMatchObject({ status: 403, json });
      expect((await api.get(path, token)).json).toEqual(message);
    });

    it('does not change for an administrator on the routes of authors', async () => {
      const { json: message, headers } = await write('auth0|ann', 'Mine');
      const path = headers.location!;
      const token = tokenOf('auth0|root', `${SCOPE} read:admin write:admin`);
      expect((await api.send('PATCH', path, { token, json: { text: 'Yours' } })).status).toBe(403);
      expect((await api.send('DELETE', path, { token })).status).toBe(403);
      expect((await api.get(path, token)).json).toEqual(message);
    });

    it('belongs to its author, whatever claims other than sub say', async () => {
      const { headers } = await write('auth0|ann', 'Mine');
      const claims = {
        author: 'auth0|ann',
        azp: 'auth0|ann',
        client_id: 'auth0|ann',
        email: 'auth0|ann',
      };
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

    it('shows no one more than the list does', async () => {
      const { nextCursor } = (await api.get('/api/messages?limit=2', admin)).json;
      const path = `/api/messages?limit=2&cursor=${nextCursor}`;
      expect(textsOf(await api.get(path, tokenOf('auth0|bob', 'read:messages')))).toEqual(
        textsOf(await api.get(path, admin)),
      );
      expect((await api.get(path, tokenOf('auth0|bob', 'write:messages'))).status).toBe(403);
      expect((await api.get(path)).status).toBe(401);
    });

    it.each([
      ['a list with another filter', '/api/admin/messages?limit=1&author=auth0|dora'],
      ['the list without a filter', '/api/messages?limit=1'],
      ['the audit trail', '/api/admin/audit?limit=1'],
    ])('of %s does not lift the filter', async (_, from) => {
      const { nextCursor } = (await api.get(from, admin)).json;
      const path = `/api/admin/messages?limit=100&author=auth0|carl&cursor=${nextCursor}`;
      expect(textsOf(await api.get(path, admin))).toEqual(['carl 3', 'carl 2', 'carl 1']);
    });
  });
});
