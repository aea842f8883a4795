import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  Req,
  UseGuards,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { AuthModule } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { createHandler } from '../../src/mcp/mcp-handler.js';
import type { MessageTools as OwnMessageTools } from '../../src/mcp/message-tools.js';
import { ToolCalls } from '../../src/mcp/tool-calls.js';
import { type Fixture, startFixture } from '../auth/support/fixture.js';
import { createCertificate, type TestCertificate } from '../support/certificates.js';
import { expectRefusal } from '../support/refusal.js';
import { load } from './load.js';
import { DOCUMENTS, PACKAGE_DOCUMENTS } from './markdown.js';
import { projectsOf } from './projects.js';

const readme = await load('README.md');
const accessMap = await load('docs/access-map.md');
const projects = {
  'README.md': readme,
  'src/auth/README.md': await load('src/auth/README.md'),
  'docs/access-map.md': accessMap,
  'docs/bound-tokens.md': await load('docs/bound-tokens.md'),
  'docs/auth-recipes.md': await load('docs/auth-recipes.md'),
  'docs/coming-from-passport-jwt.md': await load('docs/coming-from-passport-jwt.md'),
  'docs/mcp.md': await load('docs/mcp.md'),
  'docs/routes.md': await load('docs/routes.md'),
  'docs/step-up.md': await load('docs/step-up.md'),
  'docs/testing.md': await load('docs/testing.md'),
};

afterAll(async () => {
  for (const project of Object.values(projects)) await project.remove();
});

// The tests that documents show.
await readme.run('test/hello.e2e-spec.ts');
await accessMap.run('test/access.e2e-spec.ts');
for (const name of ['access', 'access-in-one-test', 'reports', 'reader']) {
  await projects['docs/testing.md'].run(`test/${name}.e2e-spec.ts`);
}

await projects['docs/bound-tokens.md'].run('test/cats.e2e-spec.ts');

describe('An example of the documentation', () => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
  });

  afterEach(() => fixture?.close());

  afterAll(() => issuer.close());

  const exportedBy = (document: keyof typeof projects) => projects[document].exported;

  it('is run, wherever it is', () => {
    const withCode = DOCUMENTS.filter(
      (document) => projectsOf(document).length > 0 && !PACKAGE_DOCUMENTS.includes(document),
    );
    // test/docs/resource.full-spec.ts follows the first, test/auth/contexts/ the second.
    const others = ['docs/add-a-resource.md', 'docs/other-contexts.md'];
    expect(withCode.toSorted()).toEqual([...Object.keys(projects), ...others].toSorted());
  });

  it('adds a controller to the application: README.md', () => {
    const { AppModule, HelloController } = exportedBy('README.md');
    expect(Reflect.getMetadata('controllers', AppModule)).toEqual([HelloController]);
  });

  it.each(['src/auth/README.md', 'docs/coming-from-passport-jwt.md'] as const)(
    'imports the module into an application: %s',
    async (document) => {
      // `preview` builds no providers, because the issuer of the example does not exist.
      const app = await NestFactory.create(exportedBy(document).AppModule, new FastifyAdapter(), {
        preview: true,
        logger: false,
      });
      expect(app).toBeDefined();
      await app.close();
    },
  );

  it('finds the certificate of a connection: docs/bound-tokens.md', async () => {
    const [server, client, other] = ['localhost', 'client', 'other'].map((name) =>
      createCertificate(name),
    ) as [TestCertificate, TestCertificate, TestCertificate];
    const { mtls, CatsController } = exportedBy('docs/bound-tokens.md');
    fixture = await startFixture({
      adapter: 'Fastify',
      issuer,
      controllers: [CatsController],
      options: { mtls },
      tls: { cert: server.pem, key: server.key, requestCert: true, rejectUnauthorized: false },
    });
    const token = issuer.mint({ cnf: { 'x5t#S256': client.thumbprint } });
    const statusFor = async ({ pem: cert, key }: Partial<TestCertificate>) => {
      const tls = { ca: server.pem, servername: 'localhost', cert, key };
      return (await fixture.ask('GET', '/cats', { token, tls })).status;
    };
    expect(await statusFor(client)).toBe(200);
    expect(await statusFor(other)).toBe(401);
    expect(await statusFor({})).toBe(401);
  });

  describe('in docs/routes.md', () => {
    const { ReportsController, TenantReportsController, WelcomeController } =
      exportedBy('docs/routes.md');

    it('adds up the requirements of controller and method', async () => {
      const controllers = [ReportsController];
      fixture = await startFixture({ adapter: 'Fastify', issuer, controllers });
      expect(await fixture.get('/reports/count')).toMatchObject({
        status: 200,
        json: { count: 0 },
      });
      expectRefusal(await fixture.get('/reports'), { status: 401 });
      const clear = (claims: object) =>
        fixture.ask('DELETE', '/reports', { token: issuer.mint({ ...claims }) });
      expectRefusal(await clear({ scope: 'read:reports' }), {
        status: 403,
        code: 'insufficient_scope',
        scope: 'delete:reports',
      });
      const scope = 'read:reports delete:reports';
      expectRefusal(await clear({ scope }), {
        status: 401,
        code: 'claim_requirement',
        description: 'Administrators only',
      });
      const admin = { scope, sub: 'ann', 'https://example.com/roles': ['admin'] };
      expect(await clear({ ...admin, 'https://example.com/device': 'desk' })).toMatchObject({
        status: 200,
        json: { clearedBy: 'ann', on: 'desk' },
      });
    });

    it('reads the token', async () => {
      const controllers = [WelcomeController];
      fixture = await startFixture({ adapter: 'Fastify', issuer, controllers });
      const token = issuer.mint({ sub: 'ann', exp: 4_102_444_800 });
      const welcome = async (given?: string) => (await fixture.get('/welcome', given)).json;
      expect(await welcome()).toEqual({ message: 'Welcome, guest.' });
      expect(await welcome(token)).toEqual({ message: 'Welcome, ann.' });
      expect((await fixture.get('/welcome/terms')).json).toEqual({ message: 'Be kind.' });
      expectRefusal(await fixture.get('/welcome/token'), { status: 401 });
      expect((await fixture.get('/welcome/token', token)).json).toEqual({
        issuer: issuer.url,
        expires: '2100-01-01T00:00:00.000Z',
      });
    });

    it('compares a claim with the path', async () => {
      const controllers = [TenantReportsController];
      fixture = await startFixture({ adapter: 'Fastify', issuer, controllers });
      const get = (org_id?: string) => fixture.get('/tenants/a/reports', issuer.mint({ org_id }));
      expect((await get('a')).json).toEqual({ tenant: 'a', reports: [] });
      const description = 'The token is for another tenant';
      expectRefusal(await get('b'), { status: 401, code: 'claim_requirement', description });
      expectRefusal(await get(), { status: 401, code: 'claim_requirement', description });
    });
  });

  it('answers refusals with a body of the application: docs/auth-recipes.md', async () => {
    fixture = await startFixture({
      adapter: 'Fastify',
      issuer,
      controllers: [exportedBy('docs/routes.md').ReportsController],
      providers: [
        { provide: APP_FILTER, useClass: exportedBy('docs/auth-recipes.md').ProblemDetailsFilter },
      ],
    });
    const answer = await fixture.get('/reports', issuer.mint());
    expect(answer).toMatchObject({
      status: 403,
      json: {
        type: 'https://example.com/problems/insufficient_scope',
        title: 'The access token lacks a required scope.',
      },
    });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="insufficient_scope"/);
    expect((await fixture.get('/reports')).json.type).toMatch(/token_missing$/);
  });

  it('adds a tool to the MCP server: docs/mcp.md', async () => {
    const { MessageTools, TOOLS } = exportedBy('docs/mcp.md');
    const edit = (id: string, author: string, text: string) =>
      Promise.resolve({ id, author, text, createdAt: new Date(0), updatedAt: new Date(0) });
    const tools = new MessageTools({ edit }, new ToolCalls(null)) as OwnMessageTools;
    const { fetch: send } = createHandler(tools);
    const authInfo = { token: '', clientId: '', scopes: ['write:messages'], extra: { sub: 'ann' } };
    const params = { name: 'edit_message', arguments: { id: 'x', text: ' New ' } };
    const answer = async (scopes: string[]) => {
      const headers = {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
      const request = new Request('http://localhost', { method: 'POST', headers, body });
      return send(request, { authInfo: { ...authInfo, scopes } });
    };
    expect(TOOLS).toContain('edit_message');
    expect((await answer(['read:messages'])).status).toBe(403);
    const text = await (await answer(['write:messages'])).text();
    expect(text).toContain('"structuredContent":{"id":"x","author":"ann","text":"New"');
  });

  describe('in docs/coming-from-passport-jwt.md', () => {
    const { CatsController, PersonPipe, PeopleService } = exportedBy(
      'docs/coming-from-passport-jwt.md',
    );

    it('replaces guards by decorators', async () => {
      const controllers = [CatsController];
      fixture = await startFixture({ adapter: 'Express', issuer, controllers });
      expect((await fixture.get('/cats')).json).toEqual([]);
      const create = (claims: object) =>
        fixture.ask('POST', '/cats', { token: issuer.mint({ ...claims }) });
      expectRefusal(await create({ scope: 'create:cats' }), {
        status: 403,
        code: 'insufficient_scope',
        scope: 'create:cats',
      });
      expect((await create({ sub: 'ann', permissions: ['create:cats'] })).json).toEqual({
        owner: 'ann',
      });
    });

    it('goes on with your strategy, step by step', async () => {
      const secret = 'a secret that has at least 32 bytes';
      const old = await createTestIssuer({ secret });
      @Injectable()
      class JwtStrategy extends PassportStrategy(Strategy) {
        constructor() {
          const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken();
          super({ jwtFromRequest, secretOrKey: secret, algorithms: ['HS256'] });
        }
        validate({ sub }: { sub: string }) {
          return { id: sub };
        }
      }
      @Controller('old')
      class OldController {
        @Get()
        @UseGuards(AuthGuard('jwt'))
        read(@Req() { user }: { user: object }) {
          return user;
        }
      }
      fixture = await startFixture({
        adapter: 'Express',
        issuer,
        options: { unmarkedRoutes: 'open' },
        controllers: [CatsController, OldController],
        providers: [JwtStrategy],
      });
      expect((await fixture.get('/old')).status).toBe(401);
      expect((await fixture.get('/old', old.mint({ sub: 'ann' }))).json).toEqual({ id: 'ann' });
      const created = (token: string) => fixture.ask('POST', '/cats', { token });
      const permissions = ['create:cats'];
      expect((await created(old.mint({ permissions }))).status).toBe(401);
      expect((await created(issuer.mint({ permissions }))).status).toBe(201);
      await old.close();
    });

    it('finds a person by the claim sub', async () => {
      const pipe = new PersonPipe(new PeopleService());
      expect(await pipe.transform('auth0|ann')).toEqual({ id: 1, name: 'Ann' });
      await expect(pipe.transform('auth0|bob')).rejects.toThrow('Nobody is registered');
      await expect(pipe.transform(undefined)).rejects.toThrow('Nobody is registered');
    });

    it.each([
      ['after AuthModule, it sees the claims', true],
      ['in the root module, it sees none', false],
    ])('says where a global guard of your own belongs: %s', async (_, isAfter) => {
      const seen: unknown[] = [];
      @Injectable()
      class OwnGuard implements CanActivate {
        canActivate(context: ExecutionContext) {
          seen.push(context.switchToHttp().getRequest<{ user?: { sub: string } }>().user?.sub);
          return true;
        }
      }
      const providers = [{ provide: APP_GUARD, useClass: OwnGuard }];
      @Module({ providers })
      class OwnModule {}
      const { url, audience } = issuer;
      const module = await Test.createTestingModule({
        imports: [AuthModule.forRoot({ issuer: url, audience }), ...(isAfter ? [OwnModule] : [])],
        controllers: [CatsController],
        providers: isAfter ? [] : providers,
      }).compile();
      const app = module.createNestApplication();
      await app.listen(0);
      const token = issuer.mint({ sub: 'ann', permissions: ['create:cats'] });
      const headers = { Authorization: `Bearer ${token}` };
      await fetch(`${await app.getUrl()}/cats`, { method: 'POST', headers });
      await app.close();
      expect(seen).toEqual([isAfter ? 'ann' : undefined]);
    });
  });
});
