import { Controller, Get, Header } from '@nestjs/common';
import { OptionalAuth, Public } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { ADAPTERS, type Fixture, startFixture } from './support/fixture.js';

const ORIGIN = 'https://pages.test';

@Controller()
class CachedController {
  @Get('closed')
  closed() {
    return {};
  }

  @Get('own')
  @Header('Cache-Control', 'no-store')
  own() {
    return {};
  }

  @Get('optional')
  @OptionalAuth()
  optional() {
    return {};
  }

  @Get('public')
  @Public()
  public() {
    return {};
  }
}

describe.each(ADAPTERS)('caching on %s', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: [CachedController],
      setup: (app) => app.enableCors({ origin: [ORIGIN] }),
    });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  async function headersOf(path: string, token?: string) {
    const { headers } = await fixture.ask('GET', path, { token, headers: { Origin: ORIGIN } });
    const vary = (headers.vary ?? '').split(',').map((name) => name.trim().toLowerCase());
    return { cacheControl: headers['cache-control'], vary };
  }

  it('an answer to a request with a token is private and revalidated (RFC 9111 §3.5)', async () => {
    const { cacheControl } = await headersOf('/closed', issuer.mint());
    expect(cacheControl).toBe('private, no-cache');
  });

  it('a Cache-Control of the handler wins', async () => {
    expect((await headersOf('/own', issuer.mint())).cacheControl).toBe('no-store');
  });

  it('a refusal is not stored', async () => {
    for (const token of [undefined, issuer.mint({ exp: 1 })]) {
      expect((await headersOf('/closed', token)).cacheControl).toBe('no-store');
    }
  });

  it('an answer varies by Authorization where the token is optional', async () => {
    for (const token of [undefined, issuer.mint(), issuer.mint({ exp: 1 })]) {
      // CORS adds Origin, which must not be lost.
      expect((await headersOf('/optional', token)).vary.toSorted()).toEqual([
        'authorization',
        'origin',
      ]);
    }
    expect((await headersOf('/optional', issuer.mint())).cacheControl).toBe('private, no-cache');
    expect((await headersOf('/optional')).cacheControl).toBeUndefined();
  });

  it('an answer of a public route has neither header', async () => {
    const { cacheControl, vary } = await headersOf('/public', issuer.mint());
    expect({ cacheControl, vary }).toEqual({ cacheControl: undefined, vary: ['origin'] });
  });
});
