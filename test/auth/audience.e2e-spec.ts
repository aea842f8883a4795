import { Controller, Get, Module } from '@nestjs/common';
import {
  accessMap,
  Audience,
  authenticateRequest,
  formatAccessMap,
  OptionalAuth,
  Public,
  Scopes,
} from '../../src/auth/index.js';
import { createTestIssuer, denialCases, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture, startVerifier } from './support/fixture.js';

const PUBLIC_URL = 'https://api.example.com';
const MCP = `${PUBLIC_URL}/mcp`;
const REPORTS = 'urn:example:reports';
const METADATA = `${PUBLIC_URL}/.well-known/oauth-protected-resource`;

@Controller('messages')
class MessagesController {
  @Get()
  @Scopes('read:messages')
  list() {
    return [];
  }

  @Get('reports')
  @Audience(REPORTS)
  reports() {
    return [];
  }
}

@Controller('mcp')
@Audience('/mcp', { scopesSupported: ['call:tools'], challengeScopes: ['read:tools'] })
class ToolsController {
  @Get()
  list() {
    return [];
  }

  @Get('admin')
  @Scopes('admin:tools')
  admin() {
    return [];
  }

  @Get('greeting')
  @OptionalAuth()
  greeting() {
    return {};
  }

  @Get('open')
  @Public()
  open() {
    return {};
  }

  @Get('reports')
  @Audience(REPORTS)
  reports() {
    return [];
  }
}

const controllers = [MessagesController, ToolsController];

describe.each(ADAPTERS)('@Audience() on %s (RFC 7519 §4.1.3, RFC 8707)', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    const options = { publicUrl: PUBLIC_URL };
    fixture = await startFixture({ adapter, issuer, controllers, options });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  const own = (claims: object = {}) => issuer.mint({ aud: MCP, ...claims });

  it.each([
    ['/mcp', () => own()],
    ['/mcp', () => own({ aud: ['https://other.test', MCP] })],
    ['/mcp', () => own({ aud: [MCP, 'https://api.example.com'] })],
    ['/mcp/greeting', () => own()],
    ['/mcp/greeting', () => undefined],
    ['/mcp/open', () => issuer.mint({ aud: 'https://other.test' })],
    ['/mcp/reports', () => own({ aud: REPORTS })],
    ['/messages/reports', () => own({ aud: REPORTS })],
    ['/messages', () => issuer.mint({ scope: 'read:messages' })],
  ])('%s accepts a token for its own audience (%#)', async (path, token) => {
    expect((await fixture.get(path, token())).status).toBe(200);
  });

  it.each([
    ['/mcp', 'the API', () => issuer.mint(), `${METADATA}/mcp`],
    ['/mcp/greeting', 'the API', () => issuer.mint(), `${METADATA}/mcp`],
    ['/mcp/reports', 'the controller', () => own(), undefined],
    ['/messages/reports', 'the API', () => issuer.mint(), undefined],
    ['/mcp', 'another spelling', () => own({ aud: `${MCP}/` }), `${METADATA}/mcp`],
    ['/messages', 'the resource', () => own({ scope: 'read:messages' }), METADATA],
  ])(
    '%s refuses a token for %s, before and after it is cached',
    async (path, _, mint, metadata) => {
      const token = mint();
      for (const at of [path, path]) {
        const answer = await fixture.get(at, token);
        expectRefusal(answer, { status: 401, code: 'audience_mismatch', metadata });
        await fixture.get('/mcp', token);
        await fixture.get('/messages', token);
      }
    },
  );

  it('names the scopes to request first in the challenge without a token (RFC 6750 §3)', async () => {
    const { headers } = await fixture.get('/mcp');
    expect(headers['www-authenticate']).toBe(
      `Bearer scope="read:tools", resource_metadata="${METADATA}/mcp"`,
    );
  });

  it('names the required scopes and the metadata of the resource in a 403', async () => {
    expectRefusal(await fixture.get('/mcp/admin', own()), {
      status: 403,
      code: 'insufficient_scope',
      scope: 'admin:tools',
      metadata: `${METADATA}/mcp`,
    });
  });

  it('has metadata of its own below publicUrl (RFC 9728 §3.1)', async () => {
    const metadata = async (path = '') =>
      (await fixture.get(`/.well-known/oauth-protected-resource${path}`)).json;
    expect(await metadata('/mcp')).toMatchObject({
      resource: MCP,
      authorization_servers: [issuer.url],
      scopes_supported: ['admin:tools', 'call:tools'],
    });
    expect(await metadata()).toMatchObject({
      resource: PUBLIC_URL,
      scopes_supported: ['read:messages'],
    });
  });

  it('is a part of the map', () => {
    const lines = formatAccessMap(accessMap(fixture.app), 'lines').split('\n');
    expect(lines).toContain(`GET /mcp | token for ${MCP} | ToolsController.list`);
    expect(lines).toContain(`GET /mcp/greeting | optional for ${MCP} | ToolsController.greeting`);
    expect(lines).toContain('GET /mcp/open | public | ToolsController.open');
  });

  it('is a part of the cases that an application must refuse', async () => {
    const cases = denialCases(fixture.app).filter(({ path }) => path.startsWith('/mcp'));
    expect(cases.map(({ title }) => title)).toContain(
      'GET /mcp with a token for another audience: 401',
    );
    for (const { method, path, headers, status, code } of cases) {
      const answer = await fixture.ask(method, path, { headers });
      expect({ status: answer.status, code: (answer.json as { code?: string }).code }).toEqual({
        status,
        code,
      });
    }
  });
});

describe('AccessTokenVerifier.verify(token, { audience })', () => {
  it('judges against the audience that is named, and none without it', async () => {
    const issuer = await createTestIssuer();
    const { verifier, close } = await startVerifier({ issuer });
    const socket = issuer.mint({ aud: 'https://sockets.test' });
    const judge = (token: string, audience?: string) =>
      verifier.verify(token, { audience }).then(
        ({ payload }) => payload.aud,
        ({ code }: { code: string }) => code,
      );
    expect(await judge(socket)).toBe('audience_mismatch');
    expect(await judge(socket, 'https://sockets.test')).toBe('https://sockets.test');
    expect(await judge(socket)).toBe('audience_mismatch');
    expect(await judge(socket, 'https://api.example.com')).toBe('audience_mismatch');
    expect(await judge(issuer.mint(), 'https://sockets.test')).toBe('audience_mismatch');
    await close();
    await issuer.close();
  });
});

describe('authenticateRequest(request, verifier, { audience })', () => {
  it('judges a request once for each audience, in whatever order they are asked for', async () => {
    const issuer = await createTestIssuer();
    let judgements = 0;
    const isRevoked = () => {
      judgements += 1;
      return false;
    };
    const { verifier, close } = await startVerifier({ issuer, options: { isRevoked } });
    const sockets = 'https://sockets.test';
    const token = issuer.mint({ aud: [issuer.audience, sockets] });
    const request = { headers: { authorization: `Bearer ${token}` } };
    for (let index = 0; index < 3; index += 1) {
      await authenticateRequest(request, verifier);
      await authenticateRequest(request, verifier, { audience: sockets });
    }
    expect(judgements).toBe(2);
    await close();
    await issuer.close();
  });
});

describe('@Audience() prevents the start', () => {
  let issuer: TestIssuer;

  beforeAll(async () => {
    issuer = await createTestIssuer();
  });

  afterAll(() => issuer.close());

  const start = async (controller: new () => object, options = {}) => {
    @Module({ controllers: [controller] })
    class Routes {}
    await startVerifier({ issuer, options, imports: [Routes] }).then(({ close }) => close());
  };

  it('when a path has no publicUrl to count from', async () => {
    await expect(start(ToolsController)).rejects.toThrow(
      "@Audience('/mcp') on ToolsController counts from the option publicUrl of AuthModule, which " +
        'is not set: set it, or write the whole audience.',
    );
  });

  it('when the audience is one of the module', async () => {
    const options = { publicUrl: PUBLIC_URL, audience: [PUBLIC_URL, MCP] };
    await expect(start(ToolsController, options)).rejects.toThrow(
      `The option audience of AuthModule contains ${MCP}, which is the @Audience() of ` +
        'ToolsController.list: remove it from one of them.',
    );
  });

  it.each([
    ['@Public()', Public()],
    ['@OptionalAuth()', OptionalAuth()],
  ])('when %s is on the same target', async (name, opener) => {
    class Contradiction {
      list() {
        return [];
      }
    }
    Controller('x')(Contradiction);
    opener(Contradiction);
    Audience(REPORTS)(Contradiction);
    Get()(
      Contradiction.prototype,
      'list',
      Object.getOwnPropertyDescriptor(Contradiction.prototype, 'list')!,
    );
    await expect(start(Contradiction)).rejects.toThrow(`Contradiction has ${name} together with`);
  });

  it.each([
    ['', {}, 'the audience must be a string'],
    ['/', {}, 'a path must be like /mcp'],
    ['/mcp/', {}, 'a path must be like /mcp'],
    ['/m cp', {}, 'a path must be like /mcp'],
    ['/:id', {}, 'a path must be like /mcp'],
    ['/mcp', { scopesSupported: ['a b'] }, 'scopesSupported must be an array of scopes'],
    ['/mcp', { challengeScopes: 'a' }, 'challengeScopes must be an array of scopes'],
  ] as [string, object, string][])('with %j and %j', (audience, options, problem) => {
    class Wrong {}
    expect(() => Audience(audience, options)(Wrong)).toThrow(`@Audience() on Wrong: ${problem}`);
  });
});
