import { createMcpHandler, type McpHttpHandler, McpServer } from '@modelcontextprotocol/server';
import { Logger } from '@nestjs/common';
import { API_NAME, API_VERSION } from '../version.js';
import type { MessageTools } from './message-tools.js';

const INSTRUCTIONS =
  'Messages that everyone with the scope reads. You write in the name of the person who logged ' +
  'in, and delete only messages of that person.';

const logger = new Logger('Mcp');

/**
 * Answers MCP clients of revision 2026-07-28 and of the ones before. Each request gets a server of
 * its own, whose tools act as the subject of its token.
 */
export function createHandler(tools: MessageTools): McpHttpHandler {
  return createMcpHandler(
    ({ authInfo }) => {
      const server = new McpServer(
        { name: API_NAME, version: API_VERSION },
        {
          instructions: INSTRUCTIONS,
          // An open subscription to changes would keep the process alive when it stops.
          capabilities: { tools: { listChanged: false } },
        },
      );
      tools.register(server, authInfo?.extra?.sub);
      return server;
    },
    // What clients cause: tools log their own failures.
    { onerror: (error) => logger.debug(error.message) },
  );
}
