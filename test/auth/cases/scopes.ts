import { lacksScope, PASS, type RequestCase } from './case.js';
import { ask, values } from './authorised-request.js';

const json = JSON.stringify;

/** Names that resemble a scope and are different. */
const lookAlikes = (name: string): string[] => [
  name.slice(0, -1),
  `${name}2`,
  `x${name}`,
  name.toUpperCase(),
  name.replace(':', ''),
  name.replace(':', '.'),
  name.replace(':', '\uFF1A'),
  name.replace(':', '\uA789'),
  name.replace(':', ' : '),
  name.replace('e', '\u0435'),
  name.replace('a', '\uFF41'),
  name.replace('s', '\u017F'),
  `${name}\u200B`,
  `\u200B${name}`,
  `\uFEFF${name}`,
  `${name}\u0301`,
  name.replace(':', '\u00AD:'),
  `${name}\0`,
  `${name}\0x`,
  name.split(':')[0]!,
  `${name.split(':')[0]}:*`,
  '*',
  '*:*',
  '.*',
  '^.*$',
  `-${name}`,
  `!${name}`,
  `"${name}"`,
  `'${name}'`,
  `[${name}]`,
  encodeURIComponent(name),
  Array.from(name).toReversed().join(''),
  '__proto__',
  'constructor',
  'true',
];

/** Characters other than U+0020, which do not separate scopes (RFC 6749 §3.3). */
const NOT_A_SPACE = [
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\v',
  '\f',
  '\u0085',
  '\u00A0',
  '\u2003',
  '\u2028',
  '\u3000',
  ',',
  ';',
  '+',
  '%20',
  '|',
];

/** Values that are neither a string nor an array, for which they may be mistaken. */
const notGranting = (name: string): string[] => [
  'null',
  'true',
  'false',
  '0',
  '1',
  '1e999',
  '{}',
  `{"${name}":true}`,
  `{"0":"${name}","length":1}`,
  `{"includes":true,"value":"${name}"}`,
  `{"__proto__":["${name}"]}`,
];

/** A claim that grants scopes, at a route that requires one of them. */
function granting(path: string, claim: string, name: string): RequestCase[] {
  const refused = lacksScope(name);
  return [
    [`/routes/${path} without ${claim}`, ask(path), refused],
    ...values(path, claim, refused, [
      '""',
      '" "',
      '"     "',
      '[]',
      '[""]',
      '[" "]',
      ...notGranting(name),
    ]),
    // As issuers write the claims: `scope` is a string, the others are arrays.
    ...values(
      path,
      claim,
      refused,
      lookAlikes(name).map((text) => json(claim === 'scope' ? text : [text])),
    ),
    ...values(
      path,
      claim,
      refused,
      NOT_A_SPACE.map((space) => json(`openid${space}${name}`)),
    ),
    ...values(path, claim, refused, [
      json([`openid ${name}`]),
      json([`${name} `]),
      json([` ${name}`]),
      json([[name]]),
      json([{ name }]),
      json([{ [name]: true }]),
      json(Array.from(name)),
      json([null, true, 0, 1]),
    ]),
    ...values(path, claim, PASS, [
      json(name),
      json(`  ${name}`),
      json(`${name}  `),
      json(`openid   ${name}   email`),
      json(`${name} ${name}`),
      json(`${' '.repeat(5000)}${name}`),
      json([name]),
      json([null, 0, {}, [], name]),
      json([...Array<string>(500).fill('x'), name]),
    ]),
    [
      `/routes/${path} with an inherited ${claim}`,
      ask(path, ['__proto__', `{"${claim}":"${name}"}`]),
      refused,
    ],
    [
      `/routes/${path} with ${claim} twice, the last empty`,
      ask(path, [claim, json(name)], [claim, '""']),
      refused,
    ],
    [
      `/routes/${path} with ${claim} twice, the first empty`,
      ask(path, [claim, '""'], [claim, json(name)]),
      PASS,
    ],
    [
      `/routes/${path} with ${claim.toUpperCase()}`,
      ask(path, [claim.toUpperCase(), json(name)]),
      refused,
    ],
    [
      `/routes/${path} with ${claim} nested in another claim`,
      ask(path, ['app', `{"${claim}":"${name}"}`]),
      refused,
    ],
  ];
}

const SEVERAL: RequestCase[] = [
  [
    '/routes/scopes with both in one array',
    ask('scopes', ['scp', '["write:admin","read:admin"]']),
    PASS,
  ],
  [
    '/routes/scopes with one in each claim',
    ask('scopes', ['scope', '"read:admin"'], ['scp', '["write:admin"]']),
    PASS,
  ],
  [
    '/routes/scopes with one of two',
    ask('scopes', ['scope', '"write:admin"']),
    lacksScope('read:admin write:admin'),
  ],
  [
    '/routes/scopes with both in one element',
    ask('scopes', ['scope', '["read:admin write:admin"]']),
    lacksScope('read:admin write:admin'),
  ],
  [
    '/routes/scopes with both, separated by a comma',
    ask('scopes', ['scope', '"read:admin,write:admin"']),
    lacksScope('read:admin write:admin'),
  ],
  [
    '/routes/scopes with one of them in permissions',
    ask('scopes', ['scope', '"read:admin"'], ['permissions', '["write:admin"]']),
    lacksScope('read:admin write:admin'),
  ],
  [
    '/routes/scopes-any with neither',
    ask('scopes-any', ['scope', '"read:feeds"']),
    lacksScope('read:feed read:admin'),
  ],
  [
    '/routes/scopes-any with the second in an array',
    ask('scopes-any', ['scp', '["read:admin"]']),
    PASS,
  ],
  [
    '/routes/scopes-any with one in a nested array',
    ask('scopes-any', ['scope', '[["read:admin"]]']),
    lacksScope('read:feed read:admin'),
  ],
  [
    '/routes/scopes-from with the scope in its second claim',
    ask('scopes-from', ['permissions', '["read:protected"]']),
    PASS,
  ],
  [
    '/routes/scopes-from with the scope in another claim',
    ask('scopes-from', ['scp', '"read:protected"']),
    lacksScope('read:protected'),
  ],
  [
    '/routes/permissions with the permission in scope',
    ask('permissions', ['scope', '"read:messages"'], ['scp', '["read:messages"]']),
    lacksScope('read:messages'),
  ],
  [
    '/routes/scope with the scope in permissions',
    ask('scope', ['permissions', '"read:messages"']),
    lacksScope('read:messages'),
  ],
];

/** Scopes and permissions, with valid tokens (RFC 6749 §3.3, RFC 6750 §3.1). */
export const SCOPES: RequestCase[] = [
  ...granting('scope', 'scope', 'read:messages'),
  ...granting('scope', 'scp', 'read:messages'),
  ...granting('permissions', 'permissions', 'read:messages'),
  ...SEVERAL,
];
