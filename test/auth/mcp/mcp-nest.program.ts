/**
 * An application that mounts a server of `@rekog/mcp-nest` in a controller. A program of its own,
 * because Jest cannot load the package before Node 24.9. Prints what each request got.
 */
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  McpController,
  McpHttpControllerFor,
  McpStrategy,
  McpRawRequest,
  StreamableHttpTransport,
  Tool,
  ToolScopes,
} from '@rekog/mcp-nest';
import { z } from 'zod';
import { Audience, AuthModule, type RequestAuth } from '../../../src/auth/index.js';
import { McpNest } from '../../../src/auth/mcp/index.js';
import { createTestIssuer } from '../../../src/auth/testing/index.js';

const PUBLIC_URL = 'https://api.example.com';

const transport = new StreamableHttpTransport({ stepUpAuthorization: true });

@McpController()
class CatsTools {
  @Tool({ name: 'greet', description: 'Greets', parameters: z.object({}) })
  greet(@McpRawRequest() request: { auth: RequestAuth }) {
    return { content: [{ type: 'text', text: `Hello, ${request.auth.payload.sub}` }] };
  }

  @Tool({ name: 'adopt', description: 'Adopts', parameters: z.object({}) })
  @ToolScopes(['read:cats'])
  adopt() {
    return { content: [{ type: 'text', text: 'adopted' }] };
  }
}

@Controller('mcp')
@Audience('/mcp', { scopesSupported: ['read:cats'] })
@McpNest()
class CatsMcpController extends McpHttpControllerFor(transport) {}

async function start(adapter: string) {
  const issuer = await createTestIssuer();
  const auth = AuthModule.forRoot({
    issuer: issuer.url,
    audience: issuer.audience,
    publicUrl: PUBLIC_URL,
    impliedScopes: { 'write:cats': ['read:cats'] },
  });
  @Module({ imports: [auth], controllers: [CatsMcpController, CatsTools] })
  class AppModule {}
  const http = adapter === 'Fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(AppModule, http, { logger: false });
  const strategy = new McpStrategy({ name: 'cats', version: '1.0.0', transports: [transport] });
  strategy.setHttpAdapter(app.getHttpAdapter());
  app.connectMicroservice({ strategy });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/mcp`;

  const ask = async (
    claims: object | undefined,
    method: string,
    params: object = {},
    headers: Record<string, string> = {},
  ) => {
    const token = claims && issuer.mint({ aud: `${PUBLIC_URL}/mcp`, sub: 'ann', ...claims });
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        ...(token && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { status } = answer;
    const challenge = answer.headers.get('www-authenticate');
    const cache = answer.headers.get('cache-control');
    return { status, challenge, cache, body: await answer.text() };
  };

  const initialize = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  };
  const modern = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': initialize.clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const modernHeaders = {
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': 'tools/call',
    'Mcp-Name': 'greet',
  };
  const greet = { name: 'greet', arguments: {} };
  const answers = {
    anonymous: {
      initialize: await ask(undefined, 'initialize', initialize),
      list: await ask(undefined, 'tools/list'),
      call: await ask(undefined, 'tools/call', greet),
    },
    foreign: await ask({ aud: issuer.audience }, 'tools/list'),
    initialize: await ask({}, 'initialize', initialize),
    list: await ask({ scope: 'read:cats' }, 'tools/list'),
    greet: await ask({}, 'tools/call', greet),
    modern: await ask({}, 'tools/call', { ...greet, _meta: modern }, modernHeaders),
    without: await ask({}, 'tools/call', { name: 'adopt', arguments: {} }),
    granted: await ask({ scope: 'read:cats' }, 'tools/call', { name: 'adopt', arguments: {} }),
    implied: await ask({ scope: 'write:cats' }, 'tools/call', { name: 'adopt', arguments: {} }),
  };
  await app.close();
  await issuer.close();
  return answers;
}

console.log(JSON.stringify(await start(process.argv[2] ?? 'Fastify')));
