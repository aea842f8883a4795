import { DpopSession } from '@modelcontextprotocol/client';
import { Clock } from '../../src/auth/index.js';
import { type Demo, startDemo } from '../support/tenant.js';
import { INTERACTIVE_CLIENTS, type InteractiveClient } from './support/interactive-clients.js';
import { Person } from './support/person.js';

const TOKEN_SEC = 600;

/** The time of the API. The tenant has the real time. */
class AdjustableClock extends Clock {
  aheadMs = 0;
  override now = () => Date.now() + this.aheadMs;
}

const clock = new AdjustableClock();
let demo: Demo;
let url: URL;
const connected: InteractiveClient[] = [];

beforeAll(async () => {
  demo = await startDemo({ clock, accessTokenTtlSec: TOKEN_SEC });
  url = new URL(`${demo.publicUrl}/mcp`);
}, 60_000);

afterEach(async () => {
  clock.aheadMs = 0;
  await Promise.all(connected.splice(0).map((client) => client.close()));
});

afterAll(() => demo.close());

describe.each(INTERACTIVE_CLIENTS)('%s', (name, connect) => {
  const isFirst = name === 'sdk 1';

  /** Connects the client of a person, with a list of its requests and their answers. */
  async function dance(username: string) {
    const person = new Person(username);
    const requests: string[] = [];
    let onStreamRefused = () => {};
    const streamRefused = new Promise<void>((resolve) => {
      onStreamRefused = resolve;
    });
    const client = await connect(url, person, async (target, init) => {
      const answer = await fetch(target, init);
      const { origin, pathname } = new URL(target);
      const host = origin === url.origin ? 'API' : 'tenant';
      requests.push(`${init?.method ?? 'GET'} ${host} ${pathname} ${answer.status}`);
      if (answer.status === 405) onStreamRefused();
      return answer;
    });
    connected.push(client);
    // Clients of older revisions try to open a stream, in the background.
    if (!name.endsWith('2026-07-28')) await streamRefused;
    return { person, requests, client };
  }

  it('finds the tenant, registers, logs in, and lists the tools', async () => {
    const { person, requests, client } = await dance('writer');
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name).toSorted()).toEqual([
      'delete_message',
      'list_messages',
      'post_message',
    ]);
    expect(requests.slice(0, 6)).toEqual([
      'POST API /mcp 401',
      'GET API /.well-known/oauth-protected-resource/mcp 200',
      'GET tenant /.well-known/oauth-authorization-server 200',
      'POST tenant /oidc/register 201',
      'POST tenant /oauth/token 200',
      'POST API /mcp 200',
    ]);
    // The first challenge names `read:messages` only.
    expect(person.logins).toEqual([isFirst ? 'read:messages' : 'read:messages offline_access']);
    expect(person.claims).toMatchObject({ aud: url.href, scope: 'read:messages' });
  });

  it('calls a tool, and logs in again for one that needs another scope', async () => {
    const { person, requests, client } = await dance('writer');
    const { structuredContent: before } = await client.callTool('list_messages', { limit: 1 });
    expect(before).toMatchObject({ messages: expect.any(Array) });
    expect(person.logins).toHaveLength(1);

    requests.length = 0;
    const { structuredContent: posted } = await client.callTool('post_message', { text: 'Hello' });
    expect(posted).toMatchObject({ text: 'Hello', author: 'auth0|writer' });
    expect(requests.filter((line) => / (403|\/oauth\/token 200)$/.test(line))).toEqual([
      'POST API /mcp 403',
      'POST tenant /oauth/token 200',
    ]);
    expect(requests.join('\n')).not.toContain('register');
    // sdk 1 asks for the missing scope alone. The API lets it read all the same.
    const asked = isFirst ? 'write:messages' : 'read:messages write:messages offline_access';
    expect(person.logins.slice(1)).toEqual([asked]);

    const { structuredContent: after } = await client.callTool('list_messages', { limit: 1 });
    expect(after).toMatchObject({ messages: [posted] });
    expect(person.logins).toHaveLength(2);
  });

  it('is refused again after the login of a person who may not have the scope', async () => {
    const { person, client } = await dance('reader');
    const posted = client.callTool('post_message', { text: 'No' });
    // client 2 would log in once more.
    await expect(posted).rejects.toThrow(isFirst ? '403' : 'Unauthorized');
    expect(person.claims.permissions).toEqual(['read:messages']);
    expect(String(person.claims.scope)).not.toContain('write');
  });

  it(
    isFirst
      ? 'logs in again when its token has expired, since it has no refresh token'
      : 'renews its token when it has expired, without a login',
    async () => {
      const { person, requests, client } = await dance('reader');
      const { jti } = person.claims;
      requests.length = 0;
      clock.aheadMs = 2 * TOKEN_SEC * 1000;
      person.onTokens = () => {
        clock.aheadMs = 0;
      };
      const { structuredContent } = await client.callTool('list_messages', { limit: 1 });
      expect(structuredContent).toMatchObject({ messages: expect.any(Array) });
      expect(requests.filter((line) => line.startsWith('POST'))).toEqual([
        'POST API /mcp 401',
        'POST tenant /oauth/token 200',
        'POST API /mcp 200',
      ]);
      expect(person.claims.jti).not.toBe(jti);
      expect(person.logins).toHaveLength(isFirst ? 2 : 1);
    },
  );

  it('keeps 50 parallel calls of two people apart', async () => {
    const people = await Promise.all(
      ['writer', 'admin'].map(async (username) => {
        const { client } = await dance(username);
        await client.callTool('post_message', { text: 'The first one logs in' });
        return { username, client };
      }),
    );
    const calls = Array.from({ length: 50 }, (_, index) => {
      const { username, client } = people[index % 2]!;
      const text = `Call ${index} of ${username}`;
      const posted = client.callTool('post_message', { text });
      return posted.then((result) => ({ result, text, author: `auth0|${username}` }));
    });
    for (const { result, text, author } of await Promise.all(calls)) {
      expect(result.structuredContent).toMatchObject({ text, author });
    }
  });
});

describe('client 2 with a key of its own', () => {
  it('gets tokens that are bound to it, and sends a proof with each (RFC 9449)', async () => {
    const session = await DpopSession.create();
    const person = new Person('writer');
    person.dpop = () => session;
    const credentials: (string | undefined)[] = [];
    const [, connect] = INTERACTIVE_CLIENTS[0]!;
    const client = await connect(url, person, (target, init) => {
      const headers = new Headers(init?.headers);
      const scheme = headers.get('authorization')?.split(' ')[0];
      if (String(target) === url.href) credentials.push(headers.has('dpop') ? scheme : undefined);
      return fetch(target, init);
    });
    connected.push(client);
    const { structuredContent } = await client.callTool('post_message', { text: 'Bound' });
    expect(structuredContent).toMatchObject({ text: 'Bound', author: 'auth0|writer' });
    expect(person.claims.cnf).toEqual({ jkt: session.thumbprint });
    // Without a token, with one that lacks the scope, and after the step-up.
    expect(credentials).toEqual([undefined, 'DPoP', 'DPoP', 'DPoP']);
  });
});
