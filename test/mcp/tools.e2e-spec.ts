import { MessagesService } from '../../src/messages/messages.service.js';
import type { Api } from '../support/api.js';
import { captureLog } from '../support/log.js';
import { CLIENTS, type McpClient } from './support/clients.js';
import { call, mcpToken, messagesOf, post, startMcp } from './support/mcp-api.js';

const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';

let api: Api;

beforeAll(async () => {
  api = await startMcp();
});

afterAll(() => api.close());

describe.each(CLIENTS)('Through %s', (_, connect) => {
  let client: McpClient;

  beforeAll(async () => {
    client = await connect(new URL('/mcp', api.url), mcpToken(api));
  });

  afterAll(() => client.close());

  const use = (name: string, args?: Record<string, unknown>) =>
    client.callTool({ name, arguments: args }) as Promise<{
      content: { text: string }[];
      structuredContent?: any; // oxlint-disable-line typescript/no-explicit-any -- as in http.ts
      isError?: boolean;
    }>;

  const sentence = async (name: string, args: Record<string, unknown>) => {
    const { content, structuredContent, isError } = await use(name, args);
    expect({ structuredContent, isError }).toEqual({ structuredContent: undefined, isError: true });
    return content[0]!.text;
  };

  it('a model finds the tools, and what they do to data', async () => {
    const { tools } = await client.listTools();
    expect(tools).toEqual([
      expect.objectContaining({
        name: 'list_messages',
        annotations: { readOnlyHint: true, openWorldHint: false },
      }),
      expect.objectContaining({
        name: 'post_message',
        annotations: {
          readOnlyHint: false,
          destructiveHint: false,
          idempotentHint: false,
          openWorldHint: false,
        },
      }),
      expect.objectContaining({
        name: 'delete_message',
        annotations: {
          readOnlyHint: false,
          destructiveHint: true,
          idempotentHint: true,
          openWorldHint: false,
        },
      }),
    ]);
  });

  it('a message is written, listed and deleted, as the API has it', async () => {
    const { structuredContent: written, content } = await use('post_message', { text: ' Hello! ' });
    const { json } = await api.get(
      `/api/messages/${written.id}`,
      api.issuer.mint({ scope: 'read:messages' }),
    );
    expect(written).toEqual(json);
    expect(written).toMatchObject({ text: 'Hello!', author: 'ann' });
    expect(JSON.parse(content[0]!.text)).toEqual(written);

    const { structuredContent: page } = await use('list_messages', { limit: 1 });
    expect(page.messages).toEqual([written]);

    const { content: done, isError } = await use('delete_message', { id: written.id });
    expect({ done: done[0]!.text, isError }).toEqual({ done: 'Done.', isError: undefined });
    const after = await use('list_messages');
    expect(JSON.stringify(after.structuredContent)).not.toContain(written.id);
  });

  it('pages follow each other', async () => {
    for (const text of ['one', 'two', 'three']) await use('post_message', { text });
    const { structuredContent: first } = await use('list_messages', { limit: 2 });
    const { nextCursor: cursor } = first;
    const { structuredContent: second } = await use('list_messages', { limit: 1, cursor });
    expect([...first.messages, ...second.messages].map(({ text }) => text)).toEqual([
      'three',
      'two',
      'one',
    ]);
  });

  it.each([
    ['a text that is empty', 'post_message', { text: ' ' }, 'must have 1 to 2000 characters'],
    ['a text that is too long', 'post_message', { text: 'x'.repeat(2001) }, 'must have 1 to 2000'],
    ['a text with NUL', 'post_message', { text: 'a\0b' }, 'must not contain NUL'],
    ['an unknown argument', 'post_message', { text: 'a', author: 'bob' }, '"author"'],
    ['a missing argument', 'delete_message', {}, 'id'],
    ['a limit of 0', 'list_messages', { limit: 0 }, 'must be a whole number from 1 to 100'],
    ['a limit as text', 'list_messages', { limit: '5' }, 'must be a whole number from 1 to 100'],
    ['a cursor of its own', 'list_messages', { cursor: "' or 1=1" }, 'must be the nextCursor of'],
  ])('a model reads what is wrong with %s', async (_what, name, args, text) => {
    expect(await sentence(name, args)).toContain(text);
  });

  it.each([
    ['is unknown', UNKNOWN],
    ['is not a UUID', "'; drop table messages; --"],
  ])('a model reads that the id of a message %s', async (_what, id) => {
    expect(await sentence('delete_message', { id })).toBe(
      'There is no message with this id. list_messages has the ids of the messages.',
    );
  });
});

describe('A tool', () => {
  const use = async (token: string, name: string, args: object) =>
    messagesOf(await post(api, token, call(name, args)))[0]!;

  it('acts as the subject of the token: another author’s message stays', async () => {
    const { result } = await use(mcpToken(api, { sub: 'bob' }), 'post_message', { text: 'Mine' });
    const { id } = result.structuredContent;
    const refused = await use(mcpToken(api), 'delete_message', { id });
    expect(refused.result).toEqual({
      content: [
        {
          type: 'text',
          text: 'Only its author may change or delete a message, and you are not its author.',
        },
      ],
      isError: true,
    });
    const { status } = await api.get(
      `/api/messages/${id}`,
      api.issuer.mint({ scope: 'read:messages' }),
    );
    expect(status).toBe(200);
  });

  it.each([
    ['no subject', undefined],
    ['a subject that is too long', 'x'.repeat(256)],
  ])('that writes needs an author; a token with %s only reads', async (_, sub) => {
    const token = mcpToken(api, { sub });
    for (const [name, args] of [
      ['post_message', { text: 'Hello' }],
      ['delete_message', { id: UNKNOWN }],
    ] as const) {
      const { result } = await use(token, name, args);
      expect(result.isError).toBe(true);
      expect(result.content[0].text).toMatch(/no usable subject.*log in as a person to write/);
    }
    expect((await use(token, 'list_messages', {})).result.isError).toBeUndefined();
  });

  it('that fails tells the log why, and the client nothing', async () => {
    const log = captureLog();
    const service = api.app.get(MessagesService);
    service.list = () => Promise.reject(new Error('password=secret'));
    const { result } = await use(mcpToken(api), 'list_messages', {});
    Reflect.deleteProperty(service, 'list');
    expect(result).toEqual({
      content: [
        {
          type: 'text',
          text: 'The tool has failed, through no fault of the call. The log of the server says why.',
        },
      ],
      isError: true,
    });
    expect(log).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'Error: password=secret' }),
    );
  });

  it.each(['none', '__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'that does not exist is an error of the protocol: %s',
    async (name) => {
      const answer = await post(api, mcpToken(api), call(name));
      expect([answer.status, messagesOf(answer)[0]!.error!.code]).toEqual([200, -32602]);
    },
  );

  it('keeps 50 parallel calls of two people apart', async () => {
    const tokens = ['ann', 'bob'].map((sub) => mcpToken(api, { sub }));
    const people = Array.from({ length: 50 }, (_, index) => index % 2);
    const authors = await Promise.all(
      people.map(async (person, index) => {
        // Some of them in batches, and all with the same ids.
        const one = call('post_message', { text: `${index}` });
        const message = index % 5 === 0 ? [one, call('list_messages', {}, 2)] : one;
        const answers = messagesOf(await post(api, tokens[person], message));
        const { structuredContent } = answers.find(({ id }) => id === 1)!.result;
        return [structuredContent.text, structuredContent.author];
      }),
    );
    expect(authors).toEqual(people.map((person, index) => [`${index}`, ['ann', 'bob'][person]]));
  });
});
