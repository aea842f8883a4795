import {
  type ConfirmationMethod,
  type ProvenKeys,
  requireConfirmed,
} from '../../../src/auth/bound/confirmation.js';
import { AuthError } from '../../../src/auth/index.js';

const KEY = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
const CERTIFICATE = 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2';
const BOTH = { jkt: KEY, 'x5t#S256': CERTIFICATE };

const DPOP: ConfirmationMethod[] = ['jkt'];
const MTLS: ConfirmationMethod[] = ['x5t#S256'];
const ALL: ConfirmationMethod[] = [...DPOP, ...MTLS];

type Case = [title: string, payload: object, proven: ProvenKeys, methods: ConfirmationMethod[]];

const codeOf = (payload: object, proven: ProvenKeys, methods: ConfirmationMethod[]) => {
  try {
    requireConfirmed(payload, proven, methods);
    return 'confirmed';
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
};

describe('requireConfirmed()', () => {
  it.each<Case>([
    ['a token without cnf', {}, {}, []],
    ['a token without cnf from a client with a certificate', {}, { 'x5t#S256': 'any' }, ALL],
    ['the key of the proof', { cnf: { jkt: KEY } }, { jkt: KEY }, DPOP],
    ['the certificate', { cnf: { 'x5t#S256': CERTIFICATE } }, { 'x5t#S256': CERTIFICATE }, MTLS],
    ['key and certificate', { cnf: BOTH }, BOTH, ALL],
    ['further members (RFC 7800 §3.1)', { cnf: { jkt: KEY, kid: 'x' } }, { jkt: KEY }, DPOP],
    ['the key, and a certificate that no one asked for', { cnf: { jkt: KEY } }, BOTH, ALL],
  ])('accepts %s', (_, payload, proven, methods) => {
    expect(codeOf(payload, proven, methods)).toBe('confirmed');
  });

  it.each<[...Case, code: string]>([
    ['a bound token where nothing is turned on', { cnf: { jkt: KEY } }, {}, [], 'token_bound'],
    ['a bound token without a proof', { cnf: { jkt: KEY } }, {}, DPOP, 'token_bound'],
    ['another key', { cnf: { jkt: KEY } }, { jkt: CERTIFICATE }, DPOP, 'dpop_proof_invalid'],
    ['a part of the key', { cnf: { jkt: KEY } }, { jkt: KEY.slice(1) }, DPOP, 'dpop_proof_invalid'],
    ['a jkt that is an array', { cnf: { jkt: [KEY] } }, { jkt: KEY }, DPOP, 'dpop_proof_invalid'],
    ['an unbound token with a proof', {}, { jkt: KEY }, DPOP, 'token_bound'],
    [
      'a token bound to a certificate with a proof',
      { cnf: { 'x5t#S256': CERTIFICATE } },
      BOTH,
      ALL,
      'token_bound',
    ],
    [
      'a certificate that nothing checks',
      { cnf: { 'x5t#S256': CERTIFICATE } },
      { jkt: KEY },
      DPOP,
      'token_bound',
    ],
    ['one of two that nothing checks', { cnf: BOTH }, { jkt: KEY }, DPOP, 'token_bound'],
    ['no certificate', { cnf: { 'x5t#S256': CERTIFICATE } }, {}, MTLS, 'certificate_mismatch'],
    [
      'another certificate',
      { cnf: { 'x5t#S256': CERTIFICATE } },
      { 'x5t#S256': KEY },
      MTLS,
      'certificate_mismatch',
    ],
    ['the key without the certificate', { cnf: BOTH }, { jkt: KEY }, ALL, 'certificate_mismatch'],
    [
      'the certificate without the key',
      { cnf: BOTH },
      { 'x5t#S256': CERTIFICATE },
      ALL,
      'token_bound',
    ],
    ['an unknown member alone', { cnf: { kid: 'x' } }, BOTH, ALL, 'token_bound'],
    ['an empty cnf', { cnf: {} }, {}, ALL, 'token_bound'],
    ['a cnf of null', { cnf: null }, {}, ALL, 'token_bound'],
    ['a cnf that is a string', { cnf: KEY }, { jkt: KEY }, ALL, 'token_bound'],
    ['a cnf that is an array', { cnf: [{ jkt: KEY }] }, { jkt: KEY }, ALL, 'token_bound'],
    [
      'a member of the prototype',
      { cnf: Object.create({ jkt: KEY }) as object },
      { jkt: KEY },
      ALL,
      'token_bound',
    ],
  ])('refuses %s', (_, payload, proven, methods, code) => {
    expect(codeOf(payload, proven, methods)).toBe(code);
  });
});
