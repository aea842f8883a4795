import { PASS, REFUSED, type TokenCase } from './case.js';
import { claims } from './claims.js';
import { withBoth, withClaims, withPayload } from './token.js';

const { idToken, bound } = REFUSED;

/** The claims of ID tokens (OpenID Connect Core 1.0 §2, §3.3.2.11). */
const ID_TOKENS: TokenCase[] = ['nonce', 'at_hash', 'c_hash', 's_hash'].flatMap(
  (name): TokenCase[] => [
    ...claims(name, idToken, ['"x"', '""', 'null', 'false', '0', '[]', '{}']),
    [
      `${name} in a token of type application/at+jwt`,
      withBoth(['typ', '"application/at+jwt"'], [name, '"x"']),
      PASS,
    ],
    [`${name} in a token of type AT+JWT`, withBoth(['typ', '"AT+JWT"'], [name, '"x"']), PASS],
    [`${name} in a token of type jwt`, withBoth(['typ', '"jwt"'], [name, '"x"']), idToken],
    [`a claim called ${name}_x`, withPayload([`${name}_x`, '"x"']), PASS],
    [`a claim called ${name.toUpperCase()}`, withPayload([name.toUpperCase(), '"x"']), PASS],
  ],
);

/** Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4). */
const LOGOUT_TOKENS: TokenCase[] = [
  ...claims('events', idToken, [
    '{"http://schemas.openid.net/event/backchannel-logout":{}}',
    '{}',
    'null',
  ]),
  ['events in a token of type at+jwt', withBoth(['typ', '"at+jwt"'], ['events', '{}']), idToken],
  ['a claim called EVENTS', withPayload(['EVENTS', '{}']), PASS],
];

/** `typ` in the payload, as Keycloak writes it. */
const KEYCLOAK: TokenCase[] = [
  ...['ID', 'Refresh', 'Logout'].map((typ): TokenCase => [
    `the claim typ: "${typ}"`,
    withPayload(['typ', JSON.stringify(typ)]),
    idToken,
  ]),
  [
    'the claim typ: "ID" in a token of type at+jwt',
    withBoth(['typ', '"at+jwt"'], ['typ', '"ID"']),
    idToken,
  ],
  ...['"Bearer"', '"id"', '"IDX"', 'null', '["ID"]'].map((typ): TokenCase => [
    `the claim typ: ${typ}`,
    withPayload(['typ', typ]),
    PASS,
  ]),
];

/** `token_use` in the payload, as Amazon Cognito writes it. */
const COGNITO: TokenCase[] = [
  ...claims('token_use', idToken, ['"id"']),
  ...claims('token_use', PASS, ['"access"', '"ID"', '["id"]', 'null']),
];

/** ID tokens as issuers make them. They are recognised although their audience is the client. */
const ISSUED_ID_TOKENS: TokenCase[] = [
  [
    'an ID token for a client',
    withClaims(() => ({ aud: 'client', azp: 'client', nonce: 'n-0S6_WzA2Mj', at_hash: 'x' })),
    idToken,
  ],
  ['an ID token of a hybrid flow', withClaims(() => ({ aud: ['client'], c_hash: 'x' })), idToken],
];

/** Tokens bound to a key or certificate (RFC 7800 §3, RFC 8705 §3.1, RFC 9449 §6.1). */
const BOUND: TokenCase[] = [
  ...claims('cnf', bound, [
    '{"jkt":"x"}',
    '{"x5t#S256":"x"}',
    '{"jwk":{}}',
    '{"kid":"x"}',
    '{}',
    '[]',
    'null',
    'false',
    '0',
    '""',
    '"x"',
  ]),
  ['cnf in a token of type at+jwt', withBoth(['typ', '"at+jwt"'], ['cnf', '{"jkt":"x"}']), bound],
  ['a claim called CNF', withPayload(['CNF', '{}']), PASS],
  ['cnf nested in another claim', withPayload(['act', '{"cnf":{}}']), PASS],
];

/** Tokens of another kind: only an access token passes (RFC 8725 §3.12). */
export const TOKEN_KINDS: TokenCase[] = [
  ...ID_TOKENS,
  ...ISSUED_ID_TOKENS,
  ...LOGOUT_TOKENS,
  ...KEYCLOAK,
  ...COGNITO,
  ...BOUND,
];
