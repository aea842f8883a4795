import { lacksScope, PASS, REFUSED, type RequestCase } from './case.js';
import { ask, values } from './authorised-request.js';

const { requirement } = REFUSED;

const EQUAL: RequestCase[] = [
  ['/routes/claim without the claim', ask('claim'), requirement],
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
  ['/routes/claim with isAdmin: true', ask('claim', ['isAdmin', 'true']), PASS],
  [
    '/routes/claim with an inherited isAdmin',
    ask('claim', ['__proto__', '{"isAdmin":true}']),
    requirement,
  ],
  [
    '/routes/claim with isadmin and ISADMIN',
    ask('claim', ['isadmin', 'true'], ['ISADMIN', 'true']),
    requirement,
  ],
  [
    '/routes/claim with isAdmin nested in another claim',
    ask('claim', ['app', '{"isAdmin":true}']),
    requirement,
  ],
  [
    '/routes/claim with isAdmin twice, the last false',
    ask('claim', ['isAdmin', 'true'], ['isAdmin', 'false']),
    requirement,
  ],
  [
    '/routes/claim with isAdmin twice, the last true',
    ask('claim', ['isAdmin', 'false'], ['isAdmin', 'true']),
    PASS,
  ],
  [
    '/routes/claim with a Cyrillic letter in isAdmin',
    ask('claim', ['is\u0410dmin', 'true']),
    requirement,
  ],
];

const CONTAINS: RequestCase[] = [
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
    '/routes/claim-includes with inherited roles',
    ask('claim-includes', ['__proto__', '{"roles":["admin","editor"]}']),
    requirement,
  ],
];

const NESTED: RequestCase[] = [
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
    '/routes/claim-path with an inherited realm_access',
    ask('claim-path', ['__proto__', '{"realm_access":{"roles":["admin"]}}']),
    requirement,
  ],
  [
    '/routes/claim-path with a claim called realm_access.roles',
    ask('claim-path', ['realm_access.roles', '["admin"]']),
    requirement,
  ],
  [
    '/routes/claim-literal with a nested claim',
    ask('claim-literal', ['https://example.com/roles', '{"list":["admin"]}']),
    requirement,
  ],
  [
    '/routes/claim-literal with the claim',
    ask('claim-literal', ['https://example.com/roles.list', '"admin"']),
    PASS,
  ],
];

const ORDER: RequestCase[] = [
  ['/routes/scope-and-claim with neither', ask('scope-and-claim'), lacksScope('read:admin')],
  [
    '/routes/scope-and-claim with only the claim',
    ask('scope-and-claim', ['isAdmin', 'true']),
    lacksScope('read:admin'),
  ],
  [
    '/routes/scope-and-claim with only the scope',
    ask('scope-and-claim', ['scope', '"read:admin"']),
    requirement,
  ],
  [
    '/routes/scope-and-claim with both',
    ask('scope-and-claim', ['scope', '"read:admin"'], ['isAdmin', 'true']),
    PASS,
  ],
  [
    '/routes/scope with the scope in an expired token',
    ask('scope', ['scope', '"read:messages"'], ['exp', '1']),
    REFUSED.expired,
  ],
  ['/routes/public with an expired token', ask('public', ['exp', '1']), PASS],
  ['/routes/optional with an expired token', ask('optional', ['exp', '1']), REFUSED.expired],
];

/** Requirements on claims, with valid tokens (RFC 8725 §3.12). */
export const CLAIM_REQUIREMENTS: RequestCase[] = [...EQUAL, ...CONTAINS, ...NESTED, ...ORDER];
