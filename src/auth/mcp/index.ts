export { toAuthInfo } from './auth-info.js';
export { McpNest } from './mcp-nest.js';
export { ServeMcp } from './serve-mcp.js';
export { requireToolScopes, type ToolScopes } from './tool-scopes.js';
