import { Controller, Get, Post, Req } from '@nestjs/common';
import {
  AccessToken,
  type AccessTokenClaims,
  check,
  Claim,
  includes,
  includesAny,
  OptionalAuth,
  Permissions,
  Public,
  type RequestAuth,
  Scopes,
} from '../../../src/auth/index.js';

/** One route per access rule of the contract. */
@Controller('routes')
export class RoutesController {
  @Get('closed')
  closed(@AccessToken() claims: AccessTokenClaims) {
    return { claims };
  }

  @Get('subject')
  subject(@AccessToken('sub') sub: string | undefined) {
    return { sub: sub ?? null };
  }

  @Post('echo')
  echo() {
    return {};
  }

  @Get('request')
  request(@Req() request: { auth: RequestAuth; user: AccessTokenClaims }) {
    const { auth, user } = request;
    return { auth, user, token: auth.token, sameClaims: auth.payload === user };
  }

  @Get('public')
  @Public()
  public(@AccessToken() claims?: AccessTokenClaims) {
    return { anonymous: claims === undefined };
  }

  @Get('optional')
  @OptionalAuth()
  optional(@AccessToken('sub') sub?: string) {
    return { sub: sub ?? null };
  }

  @Get('scope')
  @Scopes('read:messages')
  scope() {
    return {};
  }

  @Get('scopes')
  @Scopes('read:admin', 'write:admin')
  scopes() {
    return {};
  }

  @Get('scopes-as-string')
  @Scopes('read:admin write:admin')
  scopesAsString() {
    return {};
  }

  @Get('scopes-as-array')
  @Scopes(['read:admin', 'write:admin'])
  scopesAsArray() {
    return {};
  }

  @Get('scopes-any')
  @Scopes(['read:feed', 'read:admin'], { match: 'any' })
  scopesAny() {
    return {};
  }

  @Get('scopes-from')
  @Scopes('read:protected', { from: ['scope', 'permissions'] })
  scopesFrom() {
    return {};
  }

  @Get('scopes-twice')
  @Scopes('first:one')
  @Scopes('second:one')
  scopesTwice() {
    return {};
  }

  @Get('scope-message')
  @Scopes('read:messages', { message: 'Ask the owner for read:messages.' })
  scopeMessage() {
    return {};
  }

  @Get('permissions')
  @Permissions('read:messages')
  permissions() {
    return {};
  }

  @Get('permissions-any')
  @Permissions(['read:feed', 'read:admin'], { match: 'any', from: undefined })
  permissionsAny() {
    return {};
  }

  @Get('claim')
  @Claim('isAdmin', true)
  claim() {
    return {};
  }

  @Get('claim-includes')
  @Claim('roles', includes('admin', 'editor'))
  claimIncludes() {
    return {};
  }

  @Get('claim-includes-any')
  @Claim('roles', includesAny('admin', 'editor'))
  claimIncludesAny() {
    return {};
  }

  @Get('claim-literal')
  @Claim('https://example.com/roles.list', includes('admin'))
  claimLiteral() {
    return {};
  }

  @Get('claim-path')
  @Claim(['realm_access', 'roles'], includes('admin'))
  claimPath() {
    return {};
  }

  @Get('claim-check')
  @Claim(check((claims) => claims.tier === 'premium'), { message: 'Premium tier required' })
  claimCheck() {
    return {};
  }

  @Get('claim-check-async')
  @Claim(check((claims) => Promise.resolve(claims.tier === 'premium')))
  claimCheckAsync() {
    return {};
  }

  @Get('claim-check-context')
  @Claim(check((_claims, context) => context.getHandler().name === 'claimCheckContext'))
  claimCheckContext() {
    return {};
  }

  @Get('claim-check-throws')
  @Claim(
    check(() => {
      throw new Error('the inventory is on fire');
    }),
  )
  claimCheckThrows() {
    return {};
  }

  @Get('scope-and-claim')
  @Claim('isAdmin', true)
  @Scopes('read:admin')
  scopeAndClaim() {
    return {};
  }
}

/** Its methods add to the requirements of the controller. */
@Controller('restricted')
@Scopes('of:controller')
@Claim('tenant', 'acme')
export class RestrictedController {
  @Get('plain')
  plain() {
    return {};
  }

  @Get('more')
  @Scopes('of:method')
  more() {
    return {};
  }

  @Get('public')
  @Public()
  public() {
    return {};
  }

  @Get('optional')
  @OptionalAuth()
  optional() {
    return {};
  }
}

/** Opens the methods without a requirement of their own. */
@Controller('opened')
@Public()
export class OpenedController {
  @Get('plain')
  plain() {
    return {};
  }

  @Get('scoped')
  @Scopes('of:method')
  scoped() {
    return {};
  }

  @Get('optional')
  @OptionalAuth()
  optional(@AccessToken('sub') sub?: string) {
    return { sub: sub ?? null };
  }
}

@Controller('lenient')
@OptionalAuth()
export class LenientController {
  @Get('plain')
  plain() {
    return {};
  }

  @Get('claimed')
  @Claim('isAdmin', true)
  claimed() {
    return {};
  }
}

export const CONTROLLERS = [
  RoutesController,
  RestrictedController,
  OpenedController,
  LenientController,
];
