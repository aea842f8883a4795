import { Controller, Get, Injectable } from '@nestjs/common';
import { accessMap, OptionalAuth, Public, Scopes, StepUp } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { ADAPTERS, type Fixture, startFixture } from './support/fixture.js';

const PUBLIC_URL = 'https://api.example.com';
const METADATA = `${PUBLIC_URL}/.well-known/oauth-protected-resource`;

@Controller('messages')
class MessagesController {
  @Get()
  @Scopes('write:messages', 'read:messages')
  list() {
    return [];
  }

  @Get('feed')
  @Scopes(['read:messages', 'offline_access'], { match: 'any' })
  feed() {
    return [];
  }

  @Get('recent')
  @StepUp({ maxAgeSec: 60 })
  recent() {
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
}

@Injectable()
class MessagesService {
  @Scopes('not:a-route')
  find() {
    return [];
  }
}

describe.each(ADAPTERS)('Protected resource metadata on %s (RFC 9728)', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: [MessagesController],
      providers: [MessagesService],
      options: { publicUrl: PUBLIC_URL, resourceMetadata: { resource_name: 'Messages' } },
      setup: (app) => {
        app.setGlobalPrefix('api');
        app.enableCors({ origin: 'https://app.example.com' });
      },
    });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  it('says where tokens come from, and which scopes there are, to everyone', async () => {
    const answer = await fixture.ask('GET', '/.well-known/oauth-protected-resource', {
      headers: { origin: 'https://elsewhere.example.com' },
    });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        resource: PUBLIC_URL,
        authorization_servers: [issuer.url],
        scopes_supported: ['read:messages', 'write:messages'],
        bearer_methods_supported: ['header'],
        resource_name: 'Messages',
      },
    });
    expect(answer.headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/json/),
      'cache-control': 'public, max-age=3600',
      'access-control-allow-origin': '*',
    });
  });

  it('are in every challenge (§5.1)', async () => {
    const challengeOf = async (path: string, token?: string) =>
      (await fixture.get(path, token)).headers['www-authenticate'];
    const parameter = `resource_metadata="${METADATA}"`;
    expect(await challengeOf('/api/messages')).toBe(`Bearer ${parameter}`);
    const expired = await challengeOf('/api/messages/greeting', issuer.mint({ exp: 1 }));
    expect(expired).toMatch(/^Bearer error="invalid_token", .*, resource_metadata="[^"]*"$/);
    for (const path of ['/api/messages', '/api/messages/recent']) {
      const challenge = await challengeOf(path, issuer.mint());
      expect(challenge).toMatch(/^Bearer error="insufficient_\w+", /);
      expect(challenge).toContain(`, ${parameter}`);
    }
  });

  it('are a route of the map that needs no entry in rawRoutes', () => {
    expect(accessMap(fixture.app)).toContainEqual(
      expect.objectContaining({
        method: 'GET',
        path: '/.well-known/oauth-protected-resource',
        access: 'raw',
        reason: 'protected resource metadata (RFC 9728)',
      }),
    );
  });
});

describe('The issuer of the metadata', () => {
  it('is spelt as its discovery document says, whatever the options say', async () => {
    const issuer = await createTestIssuer();
    const options = {
      publicUrl: PUBLIC_URL,
      issuer: issuer.url.slice(0, -1),
      resourceMetadata: { authorization_servers: ['https://other.test/'] },
    };
    const controllers = [MessagesController];
    const fixture = await startFixture({ adapter: 'Fastify', issuer, controllers, options });
    expect((await fixture.get('/messages/recent', issuer.mint())).status).toBe(401);
    const { json } = await fixture.get('/.well-known/oauth-protected-resource');
    expect(json.authorization_servers).toEqual([issuer.url]);
    await fixture.close();
    await issuer.close();
  });
});

describe('Without publicUrl', () => {
  it('there are no metadata, and challenges do not name them', async () => {
    const issuer = await createTestIssuer();
    const controllers = [MessagesController];
    const fixture = await startFixture({ adapter: 'Fastify', issuer, controllers });
    const metadata = await fixture.get('/.well-known/oauth-protected-resource');
    expect(metadata.status).toBe(404);
    expect((await fixture.get('/messages')).headers['www-authenticate']).toBe('Bearer');
    await fixture.close();
    await issuer.close();
  });
});
