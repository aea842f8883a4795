import {
  Controller,
  Delete,
  Get,
  Header,
  Inject,
  MethodNotAllowedException,
  Post,
} from '@nestjs/common';
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import { Audience, OptionalAuth } from '../auth/index.js';
import { ServeMcp } from '../auth/mcp/index.js';
import { NotDescribed } from '../openapi/operation.decorator.js';
import { MCP_HANDLER } from './mcp-handler.token.js';
import { READ, WRITE } from './tools.js';

const POST_ONLY = 'The MCP server answers POST only';

/** Streamable HTTP of the Model Context Protocol, stateless: each request has its own POST. */
@Controller('mcp')
@Audience('/mcp', { scopesSupported: [READ, WRITE], challengeScopes: [READ] })
@NotDescribed()
export class McpController {
  constructor(@Inject(MCP_HANDLER) private readonly handler: McpHttpHandler) {}

  @Post()
  @ServeMcp()
  serve() {
    return this.handler;
  }

  /** Revisions before 2026-07-28 opened a stream with it. */
  @Get()
  @OptionalAuth()
  @Header('Allow', 'POST')
  refuseGet(): never {
    throw new MethodNotAllowedException(POST_ONLY);
  }

  /** Revisions before 2026-07-28 ended a session with it. */
  @Delete()
  @OptionalAuth()
  @Header('Allow', 'POST')
  refuseDelete(): never {
    throw new MethodNotAllowedException(POST_ONLY);
  }
}
