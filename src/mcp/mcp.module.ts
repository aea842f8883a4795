import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { mcpConfig } from '../config/mcp.config.js';
import { MessagesModule } from '../messages/messages.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { McpController } from './mcp.controller.js';
import { MCP_HANDLER } from './mcp-handler.token.js';
import { MessageTools } from './message-tools.js';
import { OriginGuard } from './origin.guard.js';
import { ToolCalls } from './tool-calls.js';

/** Loads the SDK only if there is a server. */
async function createHandler(tools: MessageTools) {
  const { createHandler: create } = await import('./mcp-handler.js');
  return create(tools);
}

/**
 * The MCP server at `/mcp`, where `MCP=on`. Import it before `AuthModule`: guards run in the order
 * of the imports, and a page of another origin is refused whatever its token is.
 */
@Module({})
export class McpModule {
  static register(): DynamicModule {
    if (!mcpConfig().isOn) return { module: McpModule };
    return {
      module: McpModule,
      imports: [MessagesModule, MetricsModule],
      controllers: [McpController],
      providers: [
        ToolCalls,
        MessageTools,
        { provide: MCP_HANDLER, inject: [MessageTools], useFactory: createHandler },
        { provide: APP_GUARD, useClass: OriginGuard },
      ],
    };
  }
}
