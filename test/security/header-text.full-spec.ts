import { Controller, Get, HttpException } from '@nestjs/common';
import { check, Claim, InsufficientScopeError, Public, Scopes } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { ADAPTERS, type Fixture, startFixture } from '../auth/support/fixture.js';
import type { Answer } from '../support/http.js';
import { expectRefusal } from '../support/refusal.js';

/** Text that is not allowed in a header, or that ends it. */
const TEXTS = [
  ['Japanese', 'プレミアムが必要です'],
  ['an umlaut', 'ü'],
  ['quotes', 'say "please"'],
  ['a backslash', String.raw`a\b`],
  ['a line break and a header', 'a\r\nX-Injected: yes'],
  ['a line feed and a header', 'a\nX-Injected: yes'],
  ['a NUL', 'a\0b'],
  ['control characters', '\u007F\u0080'],
  ['line separators', '\u2028\u2029'],
  ['a lone surrogate', '\uD800'],
  ['a parameter of a challenge', '", scope="admin'],
] as const;

let text: string;

@Controller('texts')
class TextsController {
  @Get('scope')
  @Scopes('read:messages')
  scope() {
    return {};
  }

  @Get('claim')
  @Claim('tier', 'premium')
  claim() {
    return {};
  }

  @Get('check')
  @Claim(
    check(() => {
      throw new Error(text);
    }),
  )
  check() {
    return {};
  }

  @Get('error')
  @Public()
  error() {
    throw new Error(text);
  }

  @Get('status')
  @Public()
  status() {
    throw new HttpException(text, 401);
  }

  @Get('refusal')
  @Public()
  refusal() {
    throw new InsufficientScopeError([text], text);
  }
}

function expectHeadersInGrammar({ headers }: Answer): void {
  for (const [name, value] of Object.entries(headers)) {
    expect(`${name}: ${String(value)}`).toMatch(/^[\x21-\x7E]+: [\t\x20-\x7E]*$/);
  }
  expect(headers).not.toHaveProperty('x-injected');
}

describe.each(ADAPTERS)('The headers of an answer are valid on %s', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: [TextsController],
      options: {
        isRevoked: ({ jti }) => {
          if (jti === 'asked') throw new Error(text);
          return false;
        },
      },
    });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  const get = async (route: string, claims?: Record<string, unknown>, header = {}) => {
    const token = claims && issuer.mint(claims, header);
    const answer = await fixture.get(`/texts/${route}`, token);
    expectHeadersInGrammar(answer);
    return answer;
  };

  it.each(TEXTS)('when a claim contains %s', async (_, said) => {
    const claims = { sub: said, scope: said, tier: said, azp: said, [said]: said };
    const lacks = { status: 403, code: 'insufficient_scope', scope: 'read:messages' };
    expectRefusal(await get('scope', claims), lacks);
    expectRefusal(await get('claim', claims), { status: 401, code: 'claim_requirement' });
    expectRefusal(await get('scope', { ...claims, aud: said }), {
      status: 401,
      code: 'audience_mismatch',
    });
    expectRefusal(await get('scope', { ...claims, iss: said }), {
      status: 401,
      code: 'issuer_mismatch',
    });
    expectRefusal(await get('scope', claims, { typ: said }), {
      status: 401,
      code: 'type_not_allowed',
    });
    expectRefusal(await get('scope', { ...claims, iat: 1 }, { kid: said }), {
      status: 401,
      code: 'key_unknown',
    });
  });

  it.each(TEXTS)('when the message of an exception contains %s', async (_, said) => {
    text = said;
    expectRefusal(await get('check', {}), { status: 401, code: 'claim_requirement' });
    expectRefusal(await get('scope', { jti: 'asked' }), {
      status: 503,
      code: 'revocation_unavailable',
    });
    expect((await get('error')).status).toBe(500);
    expect((await get('status')).status).toBe(401);
  });

  it.each(TEXTS)(
    'when an application throws a refusal with %s, which is then a 500',
    async (_, said) => {
      text = said;
      const answer = await get('refusal');
      expect(answer.status).toBe(500);
      expect(answer.headers).not.toHaveProperty('www-authenticate');
    },
  );
});
