import { Controller, Get } from '@nestjs/common';
import { AccessToken, Permissions, Scopes } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { type Fixture, startFixture } from './support/fixture.js';

@Controller('messages')
class MessagesController {
  @Get('read')
  @Scopes('read:messages')
  read(@AccessToken('scope') scope: string) {
    return { scope };
  }

  @Get('permitted')
  @Permissions('read:messages')
  permitted() {
    return {};
  }

  @Get('both')
  @Scopes('read:messages', 'list:messages')
  both() {
    return {};
  }
}

describe('impliedScopes', () => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({
      adapter: 'Fastify',
      issuer,
      controllers: [MessagesController],
      options: {
        impliedScopes: {
          'write:messages': ['read:messages'],
          admin: ['write:messages', 'list:messages'],
        },
      },
    });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  const get = (path: string, claims: Record<string, unknown>) =>
    fixture.get(`/messages/${path}`, issuer.mint(claims));

  it.each([
    ['read', 'read:messages'],
    ['read', 'write:messages'],
    ['read', 'admin'],
    ['both', 'admin'],
    ['both', 'write:messages list:messages'],
  ])('/messages/%s accepts %s', async (path, scope) => {
    expect(await get(path, { scope })).toMatchObject({ status: 200 });
  });

  it('leaves the claims of the token as they are', async () => {
    expect(await get('read', { scope: 'admin' })).toMatchObject({ json: { scope: 'admin' } });
  });

  it('also holds for the claims that a decorator names', async () => {
    expect(await get('permitted', { permissions: ['admin'] })).toMatchObject({ status: 200 });
  });

  it('grants nothing in the other direction, and the challenge names what was required', async () => {
    const answer = await get('both', { scope: 'read:messages write:messages' });
    const scope = 'read:messages list:messages';
    expectRefusal(answer, { status: 403, code: 'insufficient_scope', scope });
  });
});
