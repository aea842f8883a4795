import type { Connection } from '../../src/database/connection.js';
import { idempotencyKeys } from '../../src/database/schema.js';
import {
  claimKey,
  type KeyedRequest,
  parseIdempotencyKey,
} from '../../src/messages/idempotency.js';
import { openTestDatabase } from '../support/database.js';

describe('parseIdempotencyKey', () => {
  it.each([
    ['no header', undefined, undefined],
    ['a bare UUID', '8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['a String of RFC 9651', '"8e03978e"', '8e03978e'],
    ['an escaped quote and backslash', String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['one character', '~', '~'],
    ['one character in quotes', '"!"', '!'],
    ['255 characters', 'a'.repeat(255), 'a'.repeat(255)],
    ['255 characters in quotes', `"${'a'.repeat(255)}"`, 'a'.repeat(255)],
    ['255 escaped characters', `"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
    ['a quote inside a bare key', 'a"b', 'a"b'],
  ])('takes %s', (_, header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  it.each([
    ['an empty header', ''],
    ['an empty String', '""'],
    ['256 characters', 'a'.repeat(256)],
    ['256 characters in quotes', `"${'a'.repeat(256)}"`],
    ['a space', 'a b'],
    ['a space in quotes', '"a b"'],
    ['a tab', 'a\tb'],
    ['what is not ASCII', 'ä'],
    ['what is not ASCII in quotes', '"ä"'],
    ['DEL', 'a\x7F'],
    ['a quote alone', '"'],
    ['a String without its end', '"a'],
    ['a String with more after it', '"a"b'],
    ['a String with parameters', '"a";b=1'],
    ['an unknown escape', String.raw`"a\b"`],
    ['two headers', 'a, a'],
    ['two Strings', '"a", "a"'],
    ['two headers that look like one String', '"a, a"'],
  ])('refuses %s', (_, header) => {
    expect(() => parseIdempotencyKey(header)).toThrow(
      expect.objectContaining({
        response: {
          statusCode: 400,
          error: 'Bad Request',
          message: ['Idempotency-Key: must be one key of 1 to 255 visible ASCII characters'],
        },
      }),
    );
  });
});

describe('claimKey', () => {
  const START = Date.parse('2026-01-01T00:00:00Z');
  const HOUR = 60 * 60 * 1000;
  const IDS = {
    first: '01890a5d-ac96-774b-bcce-b302099a8057',
    second: '01890a5d-ac96-774b-bcce-b302099a8058',
  };
  let connection: Connection;

  beforeAll(async () => {
    connection = await openTestDatabase();
  }, 30_000);

  afterAll(() => connection.close());

  beforeEach(async () => {
    await connection.db.delete(idempotencyKeys);
  });

  const claim = (request: Partial<KeyedRequest> = {}, hours = 0) =>
    connection.db.transaction((tx) =>
      claimKey(tx, {
        author: 'auth0|ann',
        key: 'key',
        input: { text: 'Hello' },
        messageId: IDS.first,
        ...request,
        createdAt: new Date(START + hours * HOUR),
      }),
    );

  it('gives the first request to a second one within 24 hours', async () => {
    expect(await claim()).toBeUndefined();
    const nearly = 24 - 1 / HOUR; // one millisecond less
    expect(await claim({ messageId: IDS.second }, nearly)).toMatchObject({
      messageId: IDS.first,
      createdAt: new Date(START),
    });
  });

  it('takes the key again after 24 hours, also for another input', async () => {
    await claim();
    const later = { messageId: IDS.second, input: { text: 'Later' } };
    expect(await claim(later, 24)).toBeUndefined();
    expect(await claim(later, 25)).toMatchObject({ messageId: IDS.second });
    expect(await connection.db.$count(idempotencyKeys)).toBe(1);
  });

  it.each([
    ['author', { author: 'auth0|bob' }],
    ['key', { key: 'KEY' }],
  ])('is free for another %s', async (_, other) => {
    await claim();
    expect(await claim({ ...other, input: { text: 'Other' } })).toBeUndefined();
  });

  it('refuses another input, and keeps the first', async () => {
    await claim();
    await expect(claim({ input: { text: 'Other' } })).rejects.toMatchObject({
      response: {
        statusCode: 422,
        error: 'Unprocessable Entity',
        message: 'This Idempotency-Key was used with another body',
      },
    });
    expect(await claim()).toMatchObject({ messageId: IDS.first });
  });

  it('forgets the oldest ten expired keys of anyone with each new one', async () => {
    for (let index = 0; index < 12; index++) {
      await claim({ author: `auth0|${index}`, key: `${index}` }, index / 24);
    }
    const keys = async () =>
      (await connection.db.select().from(idempotencyKeys)).map(({ key }) => key).toSorted();
    await claim({ key: 'new' }, 48);
    expect(await keys()).toEqual(['10', '11', 'new']);
    await claim({ key: 'new' }, 49); // a retry forgets nothing
    expect(await keys()).toEqual(['10', '11', 'new']);
    await claim({ key: 'newer' }, 49);
    expect(await keys()).toEqual(['new', 'newer']);
  });
});
