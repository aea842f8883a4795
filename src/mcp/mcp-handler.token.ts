/** What answers the messages of MCP clients. */
export const MCP_HANDLER = Symbol('MCP_HANDLER');
