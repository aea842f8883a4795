import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Post, Req, Res } from '@nestjs/common';
import { Audience, OptionalAuth, type RequestAuth } from '../../../src/auth/index.js';
import { McpNest } from '../../../src/auth/mcp/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';

const PUBLIC_URL = 'https://api.example.com';

type Raw<T> = T & { raw?: T };

/** Answers as `@rekog/mcp-nest` does: from Node's request, and on Node's response. */
function answer(request: Raw<IncomingMessage>, response: Raw<ServerResponse>): void {
  const { user, auth } = (request.raw ?? request) as { user?: object; auth?: RequestAuth };
  const url = Reflect.get(
    request.raw ?? request,
    Symbol.for('@rekog/mcp-nest:resource-metadata-url'),
  ) as unknown;
  const body = JSON.stringify({ user, subject: auth?.payload.sub, url });
  (response.raw ?? response).writeHead(200, { 'Content-Type': 'application/json' }).end(body);
}

@Controller()
@McpNest()
class McpController {
  @Post('mcp')
  @Audience('/mcp')
  post(@Req() request: Raw<IncomingMessage>, @Res() response: Raw<ServerResponse>) {
    answer(request, response);
  }

  @Post('guests')
  @OptionalAuth()
  postAsGuest(@Req() request: Raw<IncomingMessage>, @Res() response: Raw<ServerResponse>) {
    answer(request, response);
  }
}

describe.each(ADAPTERS)('@McpNest() on %s', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    const options = { publicUrl: PUBLIC_URL, impliedScopes: { 'write:cats': ['read:cats'] } };
    fixture = await startFixture({ adapter, issuer, options, controllers: [McpController] });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  it('puts the token on Node’s request, with the scopes that the module grants', async () => {
    const token = issuer.mint({ aud: `${PUBLIC_URL}/mcp`, sub: 'ann', scp: ['write:cats'] });
    const { status, json } = await fixture.ask('POST', '/mcp', { token, json: {} });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        subject: 'ann',
        user: expect.objectContaining({
          sub: 'ann',
          scp: ['write:cats'],
          scope: 'write:cats read:cats',
        }),
        url: `${PUBLIC_URL}/.well-known/oauth-protected-resource/mcp`,
      },
    });
  });

  it('keeps the headers of the guards on Node’s response', async () => {
    const token = issuer.mint({ aud: `${PUBLIC_URL}/mcp` });
    const { headers } = await fixture.ask('POST', '/mcp', { token, json: {} });
    expect(headers['cache-control']).toBe('private, no-cache');
  });

  it('puts nothing on the request of a guest', async () => {
    const { json, headers } = await fixture.ask('POST', '/guests', { json: {} });
    expect(json).toEqual({});
    expect(headers.vary).toContain('Authorization');
  });
});
