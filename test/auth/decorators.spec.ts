import { check, Claim, includes, Permissions, Scopes } from '../../src/auth/index.js';

/** Applies a decorator to the method `list` of a controller. */
const decorate = (make: () => MethodDecorator) => () => {
  class MessagesController {
    list() {}
  }
  const method = Object.getOwnPropertyDescriptor(MessagesController.prototype, 'list')!;
  make()(MessagesController.prototype, 'list', method);
};

/** As called from JavaScript, or with a constant of a module that is not initialised yet. */
const untypedScopes = Scopes as (...args: unknown[]) => MethodDecorator;

describe('a decorator with wrong arguments', () => {
  it.each<[string, () => MethodDecorator]>([
    ['@Scopes() on MessagesController.list: "読む" is not a scope', () => Scopes('読む')],
    [String.raw`@Scopes() on MessagesController.list: "a\"b" is not a scope`, () => Scopes('a"b')],
    ['@Permissions() on MessagesController.list: "ä" is not a scope', () => Permissions('ä')],
    [
      '@Scopes() on MessagesController.list: undefined is not a scope',
      () => untypedScopes('a', undefined),
    ],
    ['@Scopes() on MessagesController.list: 42 is not a scope', () => untypedScopes('a', 42)],
    [
      "@Scopes() on MessagesController.list: match must be 'all' or 'any'",
      () => Scopes('a', { match: 'some' as 'any' }),
    ],
    [
      '@Scopes() on MessagesController.list: from must be an array of claim names',
      () => Scopes('a', { from: [] }),
    ],
    [
      '@Scopes() on MessagesController.list: the message is sent in a header',
      () => Scopes('a', { message: 'プレミアムが必要です' }),
    ],
    [
      '@Claim() on MessagesController.list: the message is sent in a header',
      () => Claim('a', true, { message: 'say "please"' }),
    ],
    [
      '@Claim() on MessagesController.list: the message is sent in a header',
      () =>
        Claim(
          check(() => true),
          { message: '' },
        ),
    ],
    [
      '@Claim() on MessagesController.list: expect a primitive value, includes()',
      () => Claim('a', undefined as unknown as string),
    ],
    [
      '@Claim() on MessagesController.list: expect a primitive value, includes()',
      () => Claim('a', ['b'] as unknown as string),
    ],
    ['@Claim() on MessagesController.list: write the name of a claim', () => Claim('', true)],
    ['@Claim() on MessagesController.list: write the name of a claim', () => Claim([], true)],
    [
      '@Claim() on MessagesController.list: check() gets all claims',
      () => Claim('a', check(() => true) as never),
    ],
    ['includes() and includesAny() need at least one value', () => Claim('a', includes())],
    ['check() needs a function', () => Claim(check(true as never))],
  ])('throws and names the route: %s', (problem, make) => {
    expect(decorate(make)).toThrow(problem);
  });
});
