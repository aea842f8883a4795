import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

/** The MCP server at `/mcp`. */
export const mcpConfig = registerAs('mcp', () => {
  const { MCP, PUBLIC_URL, CORS_ORIGINS } = readEnvironment();
  return {
    isOn: MCP,
    /** Origins whose pages may call it. */
    origins: PUBLIC_URL === undefined ? CORS_ORIGINS : [PUBLIC_URL, ...CORS_ORIGINS],
  };
});
