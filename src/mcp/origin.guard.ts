import type { IncomingHttpHeaders } from 'node:http';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { HttpAdapterHost } from '@nestjs/core';
import { mcpConfig } from '../config/mcp.config.js';
import { McpController } from './mcp.controller.js';

/**
 * Refuses pages of other origins, as the transport of MCP demands against DNS rebinding. Programs
 * send no `Origin`. `Host` is ignored: a client chooses it, and nothing depends on it.
 */
@Injectable()
export class OriginGuard implements CanActivate {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(mcpConfig.KEY) private readonly config: ConfigType<typeof mcpConfig>,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getClass() !== McpController) return true;
    const http = context.switchToHttp();
    const { origin } = http.getRequest<{ headers: IncomingHttpHeaders }>().headers;
    if (origin === undefined || this.config.origins.includes(origin)) return true;
    this.adapterHost.httpAdapter.setHeader(http.getResponse(), 'cache-control', 'no-store');
    throw new ForbiddenException('Pages of this origin may not call the MCP server');
  }
}
