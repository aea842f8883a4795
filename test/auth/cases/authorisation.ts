import { type Case, type Expected, type Given, lacksScope, PASS, REFUSED } from './case.js';
import { headerText, type Members, payloadText, signed } from './token.js';

const json = JSON.stringify;

/** A request for a route with a token of these claims. */
const ask = (path: string, ...members: Members) => {
  return (given: Given) => ({
    path: `/routes/${path}`,
    token: signed(given, headerText(given), payloadText(given, members)),
  });
};

/** Cases of one route and one claim; each value is JSON text. */
function values(path: string, claim: string, expected: Expected, list: readonly string[]): Case[] {
  return list.map((value) => [
    `${path} with ${claim} of ${value.slice(0, 80)}`,
    ask(path, [claim, value]),
    expected,
  ]);
}

/** What looks like a name and is another. */
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

/** What is no space and parts nothing. */
const NO_SPACES = [
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

/** What is neither a text nor a list. */
const nothing = (name: string): string[] => [
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

/** A claim that grants names, at a route that needs one of them. */
function granting(path: string, claim: string, name: string): Case[] {
  const refused = lacksScope(name);
  return [
    [`${path} without ${claim}`, ask(path), refused],
    ...values(path, claim, refused, [
      '""',
      '" "',
      '"     "',
      '[]',
      '[""]',
      '[" "]',
      ...nothing(name),
    ]),
    // Written as issuers write the claim: `scope` is one text, the others are lists.
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
      NO_SPACES.map((space) => json(`openid${space}${name}`)),
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
      `${path} with a ${claim} that is inherited`,
      ask(path, ['__proto__', `{"${claim}":"${name}"}`]),
      refused,
    ],
    [
      `${path} with ${claim} twice, of which the last grants nothing`,
      ask(path, [claim, json(name)], [claim, '""']),
      refused,
    ],
    [
      `${path} with ${claim} twice, of which the last grants`,
      ask(path, [claim, '""'], [claim, json(name)]),
      PASS,
    ],
    [
      `${path} with ${claim} in another case`,
      ask(path, [claim.toUpperCase(), json(name)]),
      refused,
    ],
    [`${path} with ${claim} one level down`, ask(path, ['app', `{"${claim}":"${name}"}`]), refused],
  ];
}

const SEVERAL: Case[] = [
  ['scopes with both in one list', ask('scopes', ['scp', '["write:admin","read:admin"]']), PASS],
  [
    'scopes with one in each claim',
    ask('scopes', ['scope', '"read:admin"'], ['scp', '["write:admin"]']),
    PASS,
  ],
  [
    'scopes with one of two',
    ask('scopes', ['scope', '"write:admin"']),
    lacksScope('read:admin write:admin'),
  ],
  [
    'scopes with both in one element',
    ask('scopes', ['scope', '["read:admin write:admin"]']),
    lacksScope('read:admin write:admin'),
  ],
  [
    'scopes with both, parted by a comma',
    ask('scopes', ['scope', '"read:admin,write:admin"']),
    lacksScope('read:admin write:admin'),
  ],
  [
    'scopes with one of them in permissions',
    ask('scopes', ['scope', '"read:admin"'], ['permissions', '["write:admin"]']),
    lacksScope('read:admin write:admin'),
  ],
  [
    'scopes-any with neither',
    ask('scopes-any', ['scope', '"read:feeds"']),
    lacksScope('read:feed read:admin'),
  ],
  ['scopes-any with the second in a list', ask('scopes-any', ['scp', '["read:admin"]']), PASS],
  [
    'scopes-any with one that is no text',
    ask('scopes-any', ['scope', '[["read:admin"]]']),
    lacksScope('read:feed read:admin'),
  ],
  [
    'scopes-from with the second of its claims',
    ask('scopes-from', ['permissions', '["read:protected"]']),
    PASS,
  ],
  [
    'scopes-from with a claim that is not among them',
    ask('scopes-from', ['scp', '"read:protected"']),
    lacksScope('read:protected'),
  ],
  [
    'permissions with scope in place of permissions',
    ask('permissions', ['scope', '"read:messages"'], ['scp', '["read:messages"]']),
    lacksScope('read:messages'),
  ],
  [
    'scope with permissions in place of scope',
    ask('scope', ['permissions', '"read:messages"']),
    lacksScope('read:messages'),
  ],
];

const { requirement } = REFUSED;

const EQUAL: Case[] = [
  ['claim without the claim', ask('claim'), requirement],
  ...values('claim', 'isAdmin', requirement, [
    'false',
    'null',
    '0',
    '1',
    '-1',
    '1e999',
    '""',
    '"true"',
    '"True"',
    '"1"',
    '"yes"',
    '[]',
    '[true]',
    '{}',
    '{"valueOf":true}',
    '{"isAdmin":true}',
  ]),
  ['claim with true', ask('claim', ['isAdmin', 'true']), PASS],
  [
    'claim with a claim that is inherited',
    ask('claim', ['__proto__', '{"isAdmin":true}']),
    requirement,
  ],
  [
    'claim with the claim in another case',
    ask('claim', ['isadmin', 'true'], ['ISADMIN', 'true']),
    requirement,
  ],
  ['claim with the claim one level down', ask('claim', ['app', '{"isAdmin":true}']), requirement],
  [
    'claim twice, of which the last is false',
    ask('claim', ['isAdmin', 'true'], ['isAdmin', 'false']),
    requirement,
  ],
  [
    'claim twice, of which the last is true',
    ask('claim', ['isAdmin', 'false'], ['isAdmin', 'true']),
    PASS,
  ],
  ['claim with a Cyrillic letter in its name', ask('claim', ['is\u0410dmin', 'true']), requirement],
];

const CONTAINS: Case[] = [
  ...values('claim-includes', 'roles', requirement, [
    'null',
    'true',
    '2',
    '""',
    '"admin"',
    '"editor"',
    '"adminx editor"',
    '"admin\\teditor"',
    '"admin,editor"',
    '"admin\\u00a0editor"',
    '[]',
    '["admin"]',
    '["admin editor"]',
    '[["admin","editor"]]',
    '["Admin","Editor"]',
    '["admin ","editor"]',
    '[{"name":"admin"},{"name":"editor"}]',
    '{"admin":true,"editor":true}',
    '{"0":"admin","1":"editor","length":2}',
    '{"includes":"admin editor"}',
  ]),
  ...values('claim-includes', 'roles', PASS, [
    '["admin","editor"]',
    '["editor",null,7,{},"admin"]',
    '"editor admin"',
    '"  editor   admin  "',
  ]),
  ...values('claim-includes-any', 'roles', requirement, [
    'null',
    'false',
    '""',
    '[]',
    '[null]',
    '[["admin"]]',
    '["administrator"]',
    '"administrator"',
    '"admin-editor"',
    '{"admin":true}',
  ]),
  ...values('claim-includes-any', 'roles', PASS, ['["x","admin"]', '"x editor"']),
  [
    'claim-includes with roles that are inherited',
    ask('claim-includes', ['__proto__', '{"roles":["admin","editor"]}']),
    requirement,
  ],
];

const NESTED: Case[] = [
  ...values('claim-path', 'realm_access', requirement, [
    'null',
    '7',
    'true',
    '""',
    '"roles"',
    '[]',
    '["roles"]',
    '{}',
    '{"roles":null}',
    '{"roles":{}}',
    '{"roles":{"0":"admin","length":1}}',
    '{"Roles":["admin"]}',
    '{"roles":{"roles":["admin"]}}',
    '{"__proto__":{"roles":["admin"]}}',
    '[{"roles":["admin"]}]',
  ]),
  ...values('claim-path', 'realm_access', PASS, ['{"roles":["admin"]}', '{"roles":"x admin"}']),
  [
    'claim-path with its first part inherited',
    ask('claim-path', ['__proto__', '{"realm_access":{"roles":["admin"]}}']),
    requirement,
  ],
  [
    'claim-path with a dotted name',
    ask('claim-path', ['realm_access.roles', '["admin"]']),
    requirement,
  ],
  [
    'claim-literal with a path',
    ask('claim-literal', ['https://example.com/roles', '{"list":["admin"]}']),
    requirement,
  ],
  [
    'claim-literal with its literal name',
    ask('claim-literal', ['https://example.com/roles.list', '"admin"']),
    PASS,
  ],
];

const ORDER: Case[] = [
  ['scope-and-claim with neither', ask('scope-and-claim'), lacksScope('read:admin')],
  [
    'scope-and-claim with the claim alone',
    ask('scope-and-claim', ['isAdmin', 'true']),
    lacksScope('read:admin'),
  ],
  [
    'scope-and-claim with the scope alone',
    ask('scope-and-claim', ['scope', '"read:admin"']),
    requirement,
  ],
  [
    'scope-and-claim with both',
    ask('scope-and-claim', ['scope', '"read:admin"'], ['isAdmin', 'true']),
    PASS,
  ],
  [
    'scope with the right scope in a token that has expired',
    ask('scope', ['scope', '"read:messages"'], ['exp', '1']),
    REFUSED.expired,
  ],
  ['a public route with a token that has expired', ask('public', ['exp', '1']), PASS],
  [
    'an optional route with a token that has expired',
    ask('optional', ['exp', '1']),
    REFUSED.expired,
  ],
];

/** Scopes, permissions and claims (RFC 6749 §3.3, RFC 6750 §3.1, RFC 8725 §3.12), each token signed and valid. */
export const AUTHORISATION: Case[] = [
  ...granting('scope', 'scope', 'read:messages'),
  ...granting('scope', 'scp', 'read:messages'),
  ...granting('permissions', 'permissions', 'read:messages'),
  ...SEVERAL,
  ...EQUAL,
  ...CONTAINS,
  ...NESTED,
  ...ORDER,
];
