import { AUDIENCE } from '../../support/api.js';
import { CLIENT_ID, EVENT } from './logout-token.js';

export type Claims = Record<string, unknown>;

const notANumber = (claim: string) =>
  `The ${claim} of the logout token is missing or not a number.`;
const notAString = (claim: string) => `The ${claim} of the logout token is not a non-empty string.`;
const notStorable = (claim: string) => `The ${claim} of the logout token cannot be stored.`;

/** What may differ in a logout token: its name, claims, and header parameters. */
export const ACCEPTED: [string, Claims, Claims?][] = [
  ['whose typ is logout+jwt', {}],
  ['whose typ is in capitals', {}, { typ: 'LOGOUT+JWT' }],
  ['whose typ is JWT', {}, { typ: 'JWT' }],
  ['without a typ', {}, { typ: undefined }],
  ['for several audiences', { aud: ['other', CLIENT_ID] }],
  ['with other events too', { events: { [EVENT]: {}, revoke_offline_access: true } }],
  ['whose event has members', { events: { [EVENT]: { reason: 'x' } } }],
  ['with other claims', { typ: 'Logout', trace: [1] }],
  ['that expires within the tolerance', { exp: 0 }],
  ['that is issued within the tolerance', { iat: 0 }],
  ['without a kid, where one key fits', {}, { kid: undefined }],
];

/**
 * Logout tokens with one defect each (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6): its name,
 * how the token is refused, claims, and header parameters.
 */
export const REFUSED: [string, string, Claims, Claims?][] = [
  // §2.4: claims
  ['of another issuer', 'The logout token is from another issuer.', { iss: 'https://other.test/' }],
  ['of no issuer', 'The logout token is from another issuer.', { iss: undefined }],
  ['for another client', 'The logout token is for another client.', { aud: 'other' }],
  ['for the API', 'The logout token is for another client.', { aud: AUDIENCE }],
  ['for nobody', 'The logout token is for another client.', { aud: undefined }],
  ['without iat', notANumber('iat'), { iat: undefined }],
  ['whose iat is a string', notANumber('iat'), { iat: '1' }],
  ['without exp', notANumber('exp'), { exp: undefined }],
  ['whose exp is null', notANumber('exp'), { exp: null }],
  ['that has expired', 'The logout token has expired.', { exp: 1 }],
  ['that expires in years', 'The logout token expires too late.', { exp: 9_999_999_999 }],
  ['issued in the future', 'The logout token is not active yet.', { iat: 9_999_999_999 }],
  ['that is not active yet', 'The logout token is not active yet.', { nbf: 9_999_999_999 }],
  ['without jti', 'The logout token has no jti.', { jti: undefined }],
  ['whose jti is empty', notAString('jti'), { jti: '' }],
  ['whose jti is too long', notStorable('jti'), { jti: 'x'.repeat(256) }],
  [
    'without sub and sid',
    'The logout token names neither a subject nor a session.',
    { sub: undefined },
  ],
  ['whose sub is empty', notAString('sub'), { sub: '' }],
  ['whose sub is a number', notAString('sub'), { sub: 7 }],
  ['whose sub has NUL', notStorable('sub'), { sub: 'a\0' }],
  ['whose sid is null', notAString('sid'), { sid: null }],
  [
    'without events',
    'The logout token has no event of a back-channel logout.',
    { events: undefined },
  ],
  [
    'whose events are a list',
    'The logout token has no event of a back-channel logout.',
    { events: [EVENT] },
  ],
  [
    'with another event',
    'The logout token has no event of a back-channel logout.',
    { events: { x: {} } },
  ],
  [
    'whose event is a string',
    'The logout token has no event of a back-channel logout.',
    { events: { [EVENT]: '' } },
  ],
  [
    'whose event is null',
    'The logout token has no event of a back-channel logout.',
    { events: { [EVENT]: null } },
  ],
  [
    'whose event is a list',
    'The logout token has no event of a back-channel logout.',
    { events: { [EVENT]: [] } },
  ],
  ['with a nonce', 'A logout token must not have a nonce.', { nonce: 'x' }],
  ['with a nonce that is null', 'A logout token must not have a nonce.', { nonce: null }],
  // header
  [
    'whose typ is at+jwt',
    'The logout token has a type that is not allowed.',
    {},
    { typ: 'at+jwt' },
  ],
  [
    'whose typ is dpop+jwt',
    'The logout token has a type that is not allowed.',
    {},
    { typ: 'dpop+jwt' },
  ],
  [
    'with crit',
    'The logout token has a header parameter that must be understood and is not.',
    {},
    { crit: ['exp'] },
  ],
  ['whose alg is none, without a signature', 'The logout token is malformed.', {}, { alg: 'none' }],
  [
    'whose alg is not on the list',
    'The logout token is signed with an algorithm that is not allowed.',
    {},
    { alg: 'PS256' },
  ],
];
