/**
 * An MCP client to try the demo with, made with the official SDK:
 *
 *     node demo/mcp-client.mjs [URL of the MCP server] [--as writer]
 *
 * It logs a person in, lists the tools, and posts a message. It prints the addresses to open in a
 * browser. With `--as`, it sends the forms of the login itself.
 */
import { parseArgs } from 'node:util';
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { LoginInBrowser } from './mcp-login.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { as: { type: 'string' } },
});
const [url = 'http://localhost:3001/mcp'] = positionals;

const login = await LoginInBrowser.start({ username: values.as });
const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: login });
const client = new Client({ name: 'demo-client', version: '1.0.0' });

/** Runs a step again after a login, when the server asks for one. */
async function withLogin(step) {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport().finishAuth(await login.answer());
    return step();
  }
}

/** Calls a tool and prints its result. */
async function call(name, parameters) {
  console.log(`\n${name} ${JSON.stringify(parameters)}`);
  const { content } = await withLogin(() => client.callTool({ name, arguments: parameters }));
  for (const { text } of content) console.log(text);
}

function explained(error) {
  if (error instanceof UnauthorizedError) {
    return 'The server asks for another login: the person may not do this.';
  }
  const isRefused = error.cause?.code === 'ECONNREFUSED';
  return isRefused ? `Nothing listens at ${url}. Is the demo running?` : error.message;
}

try {
  await withLogin(() => client.connect(transport()));
  const { tools } = await client.listTools();
  console.log('\nThe tools of the server:');
  for (const { name, description } of tools) console.log(`  ${name}: ${description}`);
  await call('list_messages', { limit: 1 });
  // The token has only `read:messages` so far: the server asks for more, and the client logs in
  // again.
  await call('post_message', { text: 'Posted by an MCP client.' });
} catch (error) {
  console.error(explained(error));
  process.exitCode = 1;
} finally {
  await client.close();
  login.close();
}
