import { Controller, Get } from '@nestjs/common';
import { Claim, includes, Scopes } from '../../../src/auth/index.js';
import { type Case, lacksScope, PASS, REFUSED } from './case.js';
import { withPayload } from './token.js';

/** Routes that ask for claims whose names every object inherits. */
@Controller('inherited')
export class InheritedController {
  @Get('value')
  @Claim('constructor', 'x')
  value() {
    return {};
  }

  @Get('proto')
  @Claim('__proto__', 'x')
  proto() {
    return {};
  }

  @Get('list')
  @Claim('toString', includes('x'))
  list() {
    return {};
  }

  @Get('path')
  @Claim(['app', 'hasOwnProperty'], 'x')
  path() {
    return {};
  }

  @Get('prototype-path')
  @Claim(['__proto__', 'constructor'], 'x')
  prototypePath() {
    return {};
  }

  @Get('scopes')
  @Scopes('x', { from: ['__proto__', 'constructor', 'valueOf'] })
  scopes() {
    return {};
  }
}

/** A request for one of the routes, with these claims besides those of a good token. */
const ask = (route: string, ...members: Parameters<typeof withPayload>): Case[1] => {
  const send = withPayload(...members);
  return (given) => ({ ...send(given), path: `/inherited/${route}` });
};

const { requirement } = REFUSED;

/** Claims are own properties of the payload, whatever they are called. */
export const INHERITED: Case[] = [
  ['a token without a claim called constructor', ask('value'), requirement],
  ['a claim called constructor', ask('value', ['constructor', '"x"']), PASS],
  [
    'a constructor that is inherited',
    ask('value', ['__proto__', '{"constructor":"x"}']),
    requirement,
  ],
  ['a token without a claim called __proto__', ask('proto'), requirement],
  ['a claim called __proto__', ask('proto', ['__proto__', '"x"']), PASS],
  ['a claim called __proto__ that is an object', ask('proto', ['__proto__', '{}']), requirement],
  ['a token without a claim called toString', ask('list'), requirement],
  ['a claim called toString', ask('list', ['toString', '["x"]']), PASS],
  ['a token without the nested hasOwnProperty', ask('path', ['app', '{}']), requirement],
  ['a nested claim called hasOwnProperty', ask('path', ['app', '{"hasOwnProperty":"x"}']), PASS],
  [
    'a nested hasOwnProperty that is inherited',
    ask('path', ['app', '{"__proto__":{"hasOwnProperty":"x"}}']),
    requirement,
  ],
  ['a token without a claim __proto__ to look into', ask('prototype-path'), requirement],
  ['a claim __proto__ without the member', ask('prototype-path', ['__proto__', '{}']), requirement],
  [
    'a claim __proto__ with the member',
    ask('prototype-path', ['__proto__', '{"constructor":"x"}']),
    PASS,
  ],
  ['a token whose scopes would be inherited', ask('scopes'), lacksScope('x')],
  [
    'a scope that an inherited claim grants',
    ask('scopes', ['__proto__', '{"valueOf":["x"]}']),
    lacksScope('x'),
  ],
  ['a scope granted by a claim called valueOf', ask('scopes', ['valueOf', '["x"]']), PASS],
];
