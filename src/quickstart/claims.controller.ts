import { Controller, Get } from '@nestjs/common';
import { type AccessTokenClaims, check, Claim, includes } from '../auth/index.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import { greeting } from './quickstart.output.js';

/** Claims that an Action of the tenant adds to access tokens. */
declare module '../auth/index.js' {
  interface AccessTokenClaims {
    roles?: string[];
    tier?: string;
    isAdmin?: boolean;
  }
}

/** A claim is whatever the issuer sent, so its type must be checked. */
const isPremium = ({ tier, roles }: AccessTokenClaims) =>
  tier === 'premium' || (Array.isArray(roles) && roles.includes('admin'));

@Controller('api')
@TagDescription('Routes that need claims of the token, such as roles.')
export class ClaimsController {
  @Get('editor')
  @Claim('roles', includes('admin', 'editor'))
  @Operation('Greet editors', { answer: greeting })
  editor() {
    return { message: 'Editor access granted.' };
  }

  @Get('premium')
  @Claim(check(isPremium), { message: 'Premium tier or admin role required' })
  @Operation('Read premium content', { answer: greeting })
  premium() {
    return { message: 'Premium content access granted.' };
  }

  @Get('admin')
  @Claim('isAdmin', true)
  @Operation('Greet administrators', { answer: greeting })
  admin() {
    return { message: 'Admin access granted.' };
  }
}
