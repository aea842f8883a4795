import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { readEnvironment } from '../../src/config/environment.js';
import { variables } from '../../src/config/variables.js';
import { VARIABLE_NAMES } from '../support/environment.js';

const GOOD = { AUTH0_DOMAIN: 'dev-abc123.us.auth0.com', AUTH0_AUDIENCE: 'https://api.example.com' };

describe('.env.example', () => {
  const file = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  const entries = [...file.matchAll(/((?:^# .*\n)+?)(# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(
    ([, comment = '', commentedOut, name = '', value = '']) => ({
      comment,
      commentedOut,
      name: name as keyof typeof variables.shape,
      value,
    }),
  );

  it('lists every variable once, in the order of the schema, and no other', () => {
    expect(entries.map(({ name }) => name)).toEqual(VARIABLE_NAMES);
  });

  it('is a good environment without a change', () => {
    expect(readEnvironment(parseEnv(file))).toEqual(readEnvironment(GOOD));
  });

  it.each(entries)('says whether $name is required, or its default', (entry) => {
    const required = !variables.shape[entry.name].safeParse(undefined).success;
    expect(entry.comment).toMatch(required ? /Required/ : /Required|[Dd]efault/);
    expect(required && entry.commentedOut !== undefined).toBe(false);
  });

  it.each(entries.filter(({ comment }) => comment.endsWith('Default:\n')))(
    'states the actual default of $name',
    ({ name, value }) => {
      expect(readEnvironment({ ...GOOD, [name]: value })).toEqual(readEnvironment(GOOD));
    },
  );

  it.each(entries.filter(({ comment }) => /[Ee]xample[^\n]*:\n$/.test(comment)))(
    'shows an example of $name that is accepted, and that is not a default',
    ({ name, value }) => {
      const variable = variables.shape[name];
      expect(variable.safeParse(value).success).toBe(true);
      expect([undefined, [], {}]).toContainEqual(variable.safeParse(undefined).data);
    },
  );
});
