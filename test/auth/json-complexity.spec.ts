import { isTooComplex, MAX_PARTS, MAX_DEPTH } from '../../src/auth/json-complexity.js';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const AT = [
  ['lists', nested(MAX_DEPTH)],
  ['objects', `${'{"a":'.repeat(MAX_DEPTH - 1)}{}${'}'.repeat(MAX_DEPTH - 1)}`],
  ['many lists beside one another', `[${'[],'.repeat(MAX_PARTS - 2)}[]]`],
  ['many objects beside one another', `[${'{},'.repeat(MAX_PARTS - 2)}{}]`],
  ['many members', `{${'"a":1,'.repeat(MAX_PARTS - 2)}"a":1}`],
  ['colons in a text', JSON.stringify(':'.repeat(1000))],
  ['brackets in a text', JSON.stringify([nested(500), '{'.repeat(500)])],
  [
    'brackets behind an escaped quote',
    JSON.stringify([`"${nested(500)}`, `\\"${'{'.repeat(500)}`]),
  ],
  ['brackets in a name', JSON.stringify({ [nested(500)]: 1 })],
  ['nothing', ''],
] as const;

const BEYOND = [
  ['lists', nested(MAX_DEPTH + 1)],
  ['lists behind others', `[${'[],'.repeat(100)}${nested(MAX_DEPTH)}]`],
  ['objects', `${'{"a":'.repeat(MAX_DEPTH + 1)}1${'}'.repeat(MAX_DEPTH + 1)}`],
  ['lists in objects', `${'{"a":['.repeat(MAX_DEPTH)}${']}'.repeat(MAX_DEPTH)}`],
  ['lists behind a text that ends with a backslash', `["\\\\",${nested(MAX_DEPTH)}]`],
  ['more lists beside one another', `[${'[],'.repeat(MAX_PARTS - 1)}[]]`],
  ['more objects beside one another', `[${'{},'.repeat(MAX_PARTS - 1)}{}]`],
  ['more members', `{${'"a":1,'.repeat(MAX_PARTS - 1)}"a":1}`],
  ['lists that nobody closes', '['.repeat(5000)],
] as const;

describe('isTooComplex', () => {
  it.each(AT)('lets pass: %s', (_, json) => {
    expect(isTooComplex(json)).toBe(false);
  });

  it.each(BEYOND)('finds: %s', (_, json) => {
    expect(isTooComplex(json)).toBe(true);
  });
});
