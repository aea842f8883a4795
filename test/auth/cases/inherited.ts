import { Controller, Get } from '@nestjs/common';
import { Claim, includes, Scopes } from '../../../src/auth/index.js';
import { lacksScope, PASS, REFUSED, type RequestCase } from './case.js';
import { withPayload } from './token.js';

/** Routes that require claims whose names every object inherits. */
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

/** A request for one of the routes with a valid token that has these claims. */
const ask = (route: string, ...members: Parameters<typeof withPayload>): RequestCase[1] => {
  const make = withPayload(...members);
  return (given) => ({ path: `/inherited/${route}`, token: make(given) });
};

const { requirement } = REFUSED;

/** Only own members of the payload are claims, whatever their names. */
export const INHERITED: RequestCase[] = [
  ['a token without a claim called constructor', ask('value'), requirement],
  ['a claim called constructor', ask('value', ['constructor', '"x"']), PASS],
  ['an inherited constructor', ask('value', ['__proto__', '{"constructor":"x"}']), requirement],
  ['a token without a claim called __proto__', ask('proto'), requirement],
  ['a claim called __proto__', ask('proto', ['__proto__', '"x"']), PASS],
  ['a claim called __proto__ that is an object', ask('proto', ['__proto__', '{}']), requirement],
  ['a token without a claim called toString', ask('list'), requirement],
  ['a claim called toString', ask('list', ['toString', '["x"]']), PASS],
  ['a token without a nested claim called hasOwnProperty', ask('path', ['app', '{}']), requirement],
  ['a nested claim called hasOwnProperty', ask('path', ['app', '{"hasOwnProperty":"x"}']), PASS],
  [
    'an inherited nested hasOwnProperty',
    ask('path', ['app', '{"__proto__":{"hasOwnProperty":"x"}}']),
    requirement,
  ],
  ['a token without a claim called __proto__ for a path', ask('prototype-path'), requirement],
  [
    'a claim called __proto__ without the nested member',
    ask('prototype-path', ['__proto__', '{}']),
    requirement,
  ],
  [
    'a claim called __proto__ with the nested member',
    ask('prototype-path', ['__proto__', '{"constructor":"x"}']),
    PASS,
  ],
  ['a token with only inherited scopes', ask('scopes'), lacksScope('x')],
  [
    'a scope nested in a claim called __proto__',
    ask('scopes', ['__proto__', '{"valueOf":["x"]}']),
    lacksScope('x'),
  ],
  ['a scope granted by a claim called valueOf', ask('scopes', ['valueOf', '["x"]']), PASS],
];
