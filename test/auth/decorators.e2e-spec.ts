import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal, type ExpectedRefusal } from '../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture } from './support/fixture.js';
import { CONTROLLERS } from './support/routes.controller.js';

describe.each(ADAPTERS)('decorators on %s', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({ adapter, issuer, controllers: CONTROLLERS });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  const get = (path: string, claims?: Record<string, unknown>) =>
    fixture.get(path, claims && issuer.mint(claims));

  const insufficientScope = (scope: string, description?: string): ExpectedRefusal => ({
    status: 403,
    code: 'insufficient_scope',
    description: description ?? 'The access token lacks a required scope.',
    scope,
  });

  const failedClaim = (description?: string): ExpectedRefusal => ({
    status: 401,
    code: 'claim_requirement',
    description: description ?? 'A claim of the access token does not meet the requirement.',
  });

  describe('no decorator', () => {
    it('accepts a valid access token', async () => {
      expect(await get('/routes/closed', {})).toMatchObject({ status: 200 });
    });

    it('asks for a token without an error code when there is none (RFC 6750 §3.1)', async () => {
      expectRefusal(await get('/routes/closed'), { status: 401 });
    });
  });

  describe('@Public()', () => {
    it.each([
      ['without a token', undefined],
      ['with a malformed token', 'malformed'],
    ])('accepts a request %s', async (_, token) => {
      const answer = await fixture.get('/routes/public', token);
      expect(answer).toMatchObject({ status: 200, json: { anonymous: true } });
    });

    it('on a method drops the requirements of the controller', async () => {
      expect(await get('/restricted/public')).toMatchObject({ status: 200 });
    });

    it('on a controller opens a method without a requirement', async () => {
      expect(await get('/opened/plain')).toMatchObject({ status: 200 });
    });

    it('on a controller does not open a method with a requirement', async () => {
      expectRefusal(await get('/opened/scoped'), { status: 401 });
      expectRefusal(await get('/opened/scoped', {}), insufficientScope('of:method'));
      expect(await get('/opened/scoped', { scope: 'of:method' })).toMatchObject({ status: 200 });
    });

    it('on a controller is overridden by @OptionalAuth() on a method', async () => {
      const answer = await get('/opened/optional', { sub: 'alice' });
      expect(answer).toMatchObject({ status: 200, json: { sub: 'alice' } });
    });
  });

  describe('@OptionalAuth()', () => {
    it('accepts a request without credentials as anonymous', async () => {
      expect(await get('/routes/optional')).toMatchObject({ status: 200, json: { sub: null } });
    });

    it('treats credentials of another scheme as none', async () => {
      const answer = await fixture.ask('GET', '/routes/optional', {
        headers: { Authorization: 'Basic YTpi' },
      });
      expect(answer).toMatchObject({ status: 200, json: { sub: null } });
    });

    it('accepts a valid token and hands its claims to the handler', async () => {
      const answer = await get('/routes/optional', { sub: 'alice' });
      expect(answer).toMatchObject({ status: 200, json: { sub: 'alice' } });
    });

    it('refuses an invalid token', async () => {
      expectRefusal(await get('/routes/optional', { exp: 1 }), {
        status: 401,
        code: 'token_expired',
        description: 'The access token has expired.',
      });
    });

    it.each(['Bearer', 'Bearer a b', 'bearer ä'])('refuses the broken header %j', async (value) => {
      const answer = await fixture.ask('GET', '/routes/optional', {
        headers: { Authorization: Buffer.from(value).toString('latin1') },
      });
      expectRefusal(answer, { status: 401 });
    });

    it('on a method drops the requirements of the controller', async () => {
      expect(await get('/restricted/optional')).toMatchObject({ status: 200 });
    });

    it('on a controller does not open a method with a requirement', async () => {
      expect(await get('/lenient/plain')).toMatchObject({ status: 200 });
      expectRefusal(await get('/lenient/claimed'), { status: 401 });
      expect(await get('/lenient/claimed', { isAdmin: true })).toMatchObject({ status: 200 });
    });
  });

  describe('@Scopes()', () => {
    it.each([
      ['/routes/scope', { scope: 'read:messages' }],
      ['/routes/scope', { scope: 'openid read:messages' }],
      ['/routes/scope', { scp: 'read:messages' }],
      ['/routes/scope', { scp: ['read:messages'] }],
      ['/routes/scopes', { scope: 'write:admin read:admin' }],
      ['/routes/scopes', { scope: 'read:admin', scp: ['write:admin'] }],
      ['/routes/scopes-as-string', { scope: 'read:admin write:admin' }],
      ['/routes/scopes-as-array', { scope: 'read:admin write:admin' }],
      ['/routes/scopes-any', { scope: 'read:admin' }],
      ['/routes/scopes-any', { scope: 'read:feed' }],
      ['/routes/scopes-from', { scope: 'read:protected' }],
      ['/routes/scopes-from', { permissions: ['read:protected'] }],
      ['/routes/scopes-twice', { scope: 'first:one second:one' }],
      ['/restricted/plain', { scope: 'of:controller', tenant: 'acme' }],
      ['/restricted/more', { scope: 'of:controller of:method', tenant: 'acme' }],
    ])('accepts a request for %s with %j', async (path, claims) => {
      expect(await get(path, claims)).toMatchObject({ status: 200 });
    });

    it.each([
      ['/routes/scope', {}, 'read:messages'],
      ['/routes/scope', { scope: '' }, 'read:messages'],
      ['/routes/scope', { scope: 'read:message' }, 'read:messages'],
      ['/routes/scope', { scope: 'READ:MESSAGES' }, 'read:messages'],
      ['/routes/scope', { scope: 'read:messages,write:messages' }, 'read:messages'],
      ['/routes/scope', { scope: 'openid\tread:messages' }, 'read:messages'],
      ['/routes/scope', { scope: 'openid\u00A0read:messages' }, 'read:messages'],
      ['/routes/scope', { scope: ['openid read:messages'] }, 'read:messages'],
      ['/routes/scope', { scope: { 'read:messages': true } }, 'read:messages'],
      ['/routes/scope', { scope: true }, 'read:messages'],
      ['/routes/scope', { scope: [['read:messages']] }, 'read:messages'],
      ['/routes/scope', { permissions: ['read:messages'] }, 'read:messages'],
      ['/routes/scopes', { scope: 'read:admin' }, 'read:admin write:admin'],
      ['/routes/scopes-as-string', { scope: 'write:admin' }, 'read:admin write:admin'],
      ['/routes/scopes-as-array', {}, 'read:admin write:admin'],
      ['/routes/scopes-any', { scope: 'read:messages' }, 'read:feed read:admin'],
      ['/routes/scopes-from', { scp: 'read:protected' }, 'read:protected'],
      ['/routes/scopes-twice', {}, 'first:one'],
      ['/routes/scopes-twice', { scope: 'first:one' }, 'second:one'],
      ['/restricted/plain', { tenant: 'acme' }, 'of:controller'],
      ['/restricted/more', { tenant: 'acme' }, 'of:method'],
      ['/restricted/more', { tenant: 'acme', scope: 'of:method' }, 'of:controller'],
    ])('refuses a request for %s with %j and names %j', async (path, claims, scope) => {
      expectRefusal(await get(path, claims), insufficientScope(scope));
    });

    it('sends the message of the decorator', async () => {
      const refusal = insufficientScope('read:messages', 'Ask the owner for read:messages.');
      expectRefusal(await get('/routes/scope-message', {}), refusal);
    });

    it('checks the scopes of each route for one token', async () => {
      const token = issuer.mint({ scope: 'read:messages' });
      for (let index = 0; index < 2; index += 1) {
        expect(await fixture.get('/routes/scope', token)).toMatchObject({ status: 200 });
        const refusal = insufficientScope('read:admin write:admin');
        expectRefusal(await fixture.get('/routes/scopes', token), refusal);
      }
    });

    it('checks the token before the scopes', async () => {
      expectRefusal(await get('/routes/scope'), { status: 401 });
    });
  });

  describe('@Permissions()', () => {
    it.each([
      ['/routes/permissions', { permissions: ['read:messages'] }],
      ['/routes/permissions', { permissions: 'read:messages' }],
      ['/routes/permissions-any', { permissions: ['read:admin'] }],
    ])('accepts a request for %s with %j', async (path, claims) => {
      expect(await get(path, claims)).toMatchObject({ status: 200 });
    });

    it.each([
      ['/routes/permissions', {}, 'read:messages'],
      ['/routes/permissions', { scope: 'read:messages' }, 'read:messages'],
      ['/routes/permissions', { permissions: ['read:messages write:messages'] }, 'read:messages'],
      ['/routes/permissions', { permissions: { 0: 'read:messages' } }, 'read:messages'],
      ['/routes/permissions', { permissions: null }, 'read:messages'],
      ['/routes/permissions-any', { permissions: [] }, 'read:feed read:admin'],
    ])('refuses a request for %s with %j', async (path, claims, scope) => {
      expectRefusal(await get(path, claims), insufficientScope(scope));
    });
  });

  describe('@Claim()', () => {
    it.each([
      ['/routes/claim', { isAdmin: true }],
      ['/routes/claim-includes', { roles: ['editor', 'admin', 'x'] }],
      ['/routes/claim-includes', { roles: 'admin editor' }],
      ['/routes/claim-includes-any', { roles: ['editor'] }],
      ['/routes/claim-includes-any', { roles: 'x admin' }],
      ['/routes/claim-literal', { 'https://example.com/roles.list': ['admin'] }],
      ['/routes/claim-path', { realm_access: { roles: ['admin'] } }],
      ['/routes/claim-check', { tier: 'premium' }],
      ['/routes/claim-check-async', { tier: 'premium' }],
      ['/routes/claim-check-context', {}],
    ])('accepts a request for %s with %j', async (path, claims) => {
      expect(await get(path, claims)).toMatchObject({ status: 200 });
    });

    it.each([
      ['/routes/claim', {}],
      ['/routes/claim', { isAdmin: 'true' }],
      ['/routes/claim', { isAdmin: 1 }],
      ['/routes/claim', { isAdmin: [true] }],
      ['/routes/claim', { isAdmin: false }],
      ['/routes/claim-includes', { roles: ['admin'] }],
      ['/routes/claim-includes', { roles: 'administrator editor' }],
      ['/routes/claim-includes', { roles: { admin: true, editor: true } }],
      ['/routes/claim-includes', { roles: 'admin,editor' }],
      ['/routes/claim-includes-any', { roles: [] }],
      ['/routes/claim-includes-any', { roles: null }],
      ['/routes/claim-literal', { 'https://example': { 'com/roles': { list: ['admin'] } } }],
      ['/routes/claim-path', { 'realm_access.roles': ['admin'] }],
      ['/routes/claim-path', { realm_access: 'roles' }],
      ['/routes/claim-path', { realm_access: null }],
      ['/routes/claim-check-async', { tier: 'free' }],
      ['/routes/claim-check-throws', {}],
      ['/restricted/plain', { scope: 'of:controller' }],
    ])('refuses a request for %s with %j', async (path, claims) => {
      expectRefusal(await get(path, claims), failedClaim());
    });

    it('sends the message of the decorator', async () => {
      expectRefusal(await get('/routes/claim-check', {}), failedClaim('Premium tier required'));
    });

    it('logs the exception of a function and does not send it', async () => {
      fixture.log.clear();
      const answer = await get('/routes/claim-check-throws', {});
      expect(answer.body).not.toContain('fire');
      expect(fixture.log.text()).toContain('the inventory is on fire');
    });

    it('is checked after @Scopes()', async () => {
      expectRefusal(await get('/routes/scope-and-claim', {}), insufficientScope('read:admin'));
      expectRefusal(await get('/routes/scope-and-claim', { scope: 'read:admin' }), failedClaim());
    });
  });

  describe('@AccessToken()', () => {
    it('hands the verified claims to a handler', async () => {
      const { json } = await get('/routes/closed', { sub: 'alice', tier: 'free' });
      expect(json.claims).toMatchObject({ iss: issuer.url, sub: 'alice', tier: 'free' });
    });

    it('hands one claim to a handler', async () => {
      expect((await get('/routes/subject', { sub: 'alice' })).json).toEqual({ sub: 'alice' });
      expect((await get('/routes/subject', { sub: undefined })).json).toEqual({ sub: null });
    });
  });

  it('set request.auth, and request.user to the claims', async () => {
    const token = issuer.mint({ scope: 'a b', scp: ['c'], permissions: ['d'] });
    const { json } = await fixture.get('/routes/request', token);
    expect(json).toMatchObject({
      auth: {
        payload: { iss: issuer.url, sub: 'auth0|test' },
        header: { alg: 'RS256', kid: issuer.key.kid },
        scopes: ['a', 'b', 'c'],
      },
      token,
      sameClaims: true,
    });
    expect(json.auth).not.toHaveProperty('token');
  });
});
