/**
 * An application with the MCP server of `@rekog/mcp-nest`, which serves it outside the controllers.
 * A program of its own, because Jest cannot load the package before Node 24.9.
 */
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { McpController, McpStrategy, StreamableHttpTransport, Tool } from '@rekog/mcp-nest';
import { z } from 'zod';
import { accessMap, AuthModule } from '../../../src/auth/index.js';

@Controller('messages')
class MessagesController {
  @Get()
  list() {
    return [];
  }
}

@McpController()
class ToolsController {
  @Tool({ name: 'greet', description: 'Greets', parameters: z.object({}) })
  greet() {
    return { content: [{ type: 'text', text: 'Hello' }] };
  }
}

async function start(adapter: string, rawRoutes: Record<string, string>) {
  const auth = AuthModule.forRoot({
    issuer: 'https://issuer.example.com/',
    audience: 'https://api.example.com',
    secret: 'x'.repeat(32),
    rawRoutes,
  });
  @Module({ imports: [auth], controllers: [MessagesController, ToolsController] })
  class AppModule {}
  const mcp = new McpStrategy({
    name: 'test',
    version: '1.0.0',
    transports: [new StreamableHttpTransport()],
  });
  const http = adapter === 'Fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(AppModule, http, { logger: false, abortOnError: false });
  mcp.setHttpAdapter(app.getHttpAdapter());
  app.connectMicroservice({ strategy: mcp });
  try {
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const statusOf = async (path: string, init?: RequestInit) =>
      (await fetch(url + path, init)).status;
    return {
      routes: accessMap(app).map(({ method, path, access }) => `${method} ${path} ${access}`),
      mcp: await statusOf('/mcp', { method: 'POST', body: '{}' }),
      messages: await statusOf('/messages'),
    };
  } catch (error) {
    return { refused: (error as Error).message };
  } finally {
    await app.close();
  }
}

const [, , adapter = 'Fastify', rawRoutes = '{}'] = process.argv;
console.log(JSON.stringify(await start(adapter, JSON.parse(rawRoutes) as Record<string, string>)));
