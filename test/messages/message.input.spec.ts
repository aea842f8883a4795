import { author, messageInput } from '../../src/messages/message.input.js';

const parse = (text: unknown) => messageInput.safeParse({ text });
const reasons = (input: unknown) =>
  messageInput.safeParse(input).error?.issues.map(({ path, message }) => [path.join('.'), message]);

describe('text', () => {
  it.each([
    ['one character', 'a', 'a'],
    ['2000 characters', 'a'.repeat(2000), 'a'.repeat(2000)],
    ['2000 emoji, each two UTF-16 units', '😀'.repeat(2000), '😀'.repeat(2000)],
    ['2000 characters between spaces', ` ${'a'.repeat(2000)}\n`, 'a'.repeat(2000)],
    ['spaces inside', '\t two  words\u00A0\uFEFF', 'two  words'],
    ['control characters other than NUL', 'a\u0001\u001Bb', 'a\u0001\u001Bb'],
  ])('takes %s and trims it', (_, given, stored) => {
    expect(parse(given).data).toEqual({ text: stored });
  });

  const LENGTH = 'must have 1 to 2000 characters after trimming';
  const STORABLE = 'must not contain NUL or a lone surrogate';
  it.each([
    ['nothing', '', LENGTH],
    ['spaces alone', ' \u2003\uFEFF', LENGTH],
    ['2001 characters', 'a'.repeat(2001), LENGTH],
    ['2001 emoji', '😀'.repeat(2001), LENGTH],
    ['a NUL', 'a\0b', STORABLE],
    ['a lone high surrogate', 'a\uD83D', STORABLE],
    ['a lone low surrogate', '\uDE00a', STORABLE],
    ['surrogates in the wrong order', '\uDE00\uD83D', STORABLE],
    ['a number', 1, 'must be a string'],
    ['null', null, 'must be a string'],
    ['a list', ['a'], 'must be a string'],
    ['an object', { toString: 'a' }, 'must be a string'],
  ])('refuses %s', (_, given, reason) => {
    expect(reasons({ text: given })).toEqual([['text', reason]]);
  });
});

describe('a message input', () => {
  it.each([
    ['a list', []],
    ['a string', 'text'],
    ['null', null],
    ['nothing', undefined],
  ])('cannot be %s', (_, input) => {
    expect(reasons(input)).toEqual([['', 'must be a JSON object']]);
  });

  it.each(['author', 'id', 'constructor', 'prototype', '__proto__', ''])(
    'has no property %j',
    (name) => {
      const input = JSON.parse(`{"text":"a",${JSON.stringify(name)}:1}`) as unknown;
      expect(messageInput.safeParse(input).error?.issues).toEqual([
        expect.objectContaining({ code: 'unrecognized_keys', keys: [name] }),
      ]);
    },
  );
});

describe('author', () => {
  it.each(['auth0|ann', 'machine@clients', 'a'.repeat(255), 'ann ä 😀'])('may be %s', (sub) => {
    expect(author.parse(sub)).toBe(sub);
  });

  it.each([
    ['empty', ''],
    ['longer than 255 characters', 'a'.repeat(256)],
    ['with a NUL', 'a\0'],
    ['with a lone surrogate', '\uD800'],
    ['a number', 1],
    ['missing', undefined],
  ])('may not be %s', (_, sub) => {
    expect(author.safeParse(sub).success).toBe(false);
  });
});
