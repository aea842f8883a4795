import { requireToolScopes } from '../../../src/auth/mcp/index.js';

const request = { jsonrpc: '2.0' as const, id: 1, method: 'tools/call' };
const authInfo = (...scopes: string[]) => ({ token: 't', clientId: '', scopes });

describe('requireToolScopes()', () => {
  const needs = requireToolScopes('read:cats', 'write:cats');
  const challenge = { scopes: ['read:cats', 'write:cats'] };

  it('passes when all of them are granted', () => {
    const info = authInfo('write:cats', 'read:cats', 'read:dogs');
    expect(needs({ request, authInfo: info })).toBeUndefined();
  });

  it.each([
    ['one is missing', authInfo('read:cats')],
    ['none is granted', authInfo()],
    ['one is only similar', authInfo('read:cats', 'write:cat')],
    ['there is no token', undefined],
  ])('asks for all of them when %s', (_, info) => {
    expect(needs({ request, authInfo: info })).toEqual(challenge);
  });

  it.each([
    ['no scope', []],
    ['two scopes in one', ['read:cats write:cats']],
    ['an empty one', ['']],
    ['one that breaks a header', ['read"cats']],
    ['one of a circular import', [undefined]],
  ])('throws when it gets %s', (_, scopes) => {
    expect(() => requireToolScopes(...(scopes as [string]))).toThrow(
      /^requireToolScopes\(\) needs/,
    );
  });
});
