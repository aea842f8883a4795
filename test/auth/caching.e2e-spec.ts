import { Controller, Get, Header } from '@nestjs/common';
import { OptionalAuth, Public } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { ADAPTERS, type Fixture, startFixture } from './support/fixture.js';

@Controller('caching')
class CachingController {
  @Get('required')
  required() {
    return {};
  }

  @Get('optional')
  @OptionalAuth()
  optional() {
    return {};
  }

  @Get('strict')
  @Header('Cache-Control', 'no-store')
  strict() {
    return {};
  }

  @Get('open')
  @Public()
  @Header('Cache-Control', 'public, max-age=60')
  open() {
    return {};
  }

  @Get('plain')
  @Public()
  plain() {
    return {};
  }
}

describe.each(ADAPTERS)('The caching of an answer on %s', (adapter) => {
  const ORIGIN = 'https://app.example.com';
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: [CachingController],
      setup: (app) => app.enableCors({ origin: [ORIGIN] }),
    });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  /** The status of an answer, its Cache-Control, and the names in Vary. */
  const cachingOf = async (route: string, token?: string) => {
    const headers = { Origin: ORIGIN };
    const answer = await fixture.ask('GET', `/caching/${route}`, { token, headers });
    const vary = [answer.headers.vary ?? []].flat().join().toLowerCase().split(/ *, */);
    return [answer.status, answer.headers['cache-control'], vary.toSorted()];
  };

  it('is private and needs revalidation when the request has a token', async () => {
    const answer = await cachingOf('required', issuer.mint());
    expect(answer).toEqual([200, 'private, no-cache', ['origin']]);
  });

  it('is forbidden when the request is refused', async () => {
    expect(await cachingOf('required')).toEqual([401, 'no-store', ['origin']]);
    const expired = issuer.mint({ exp: 1 });
    expect(await cachingOf('required', expired)).toEqual([401, 'no-store', ['origin']]);
  });

  it('depends on Authorization when the token is optional', async () => {
    const vary = ['authorization', 'origin'];
    expect(await cachingOf('optional', issuer.mint())).toEqual([200, 'private, no-cache', vary]);
    expect(await cachingOf('optional')).toEqual([200, undefined, vary]);
    expect(await cachingOf('optional', issuer.mint({ exp: 1 }))).toEqual([401, 'no-store', vary]);
  });

  it('is what the handler says', async () => {
    expect(await cachingOf('strict', issuer.mint())).toEqual([200, 'no-store', ['origin']]);
  });

  it('is what the handler says on an open route, where a token is ignored', async () => {
    const answer = [200, 'public, max-age=60', ['origin']];
    expect(await cachingOf('open')).toEqual(answer);
    expect(await cachingOf('open', issuer.mint())).toEqual(answer);
  });

  it('is not touched on an open route', async () => {
    expect(await cachingOf('plain', issuer.mint())).toEqual([200, undefined, ['origin']]);
  });
});
