import { Controller, Get } from '@nestjs/common';
import { type AccessTokenClaims, check, Claim, includes } from '../auth/index.js';
import { Operation } from '../openapi/operation.decorator.js';
import { greeting } from './quickstart.output.js';

/** The claims that the tenant puts into its access tokens for the routes below. */
declare module '../auth/index.js' {
  interface AccessTokenClaims {
    roles?: string[];
    tier?: string;
    isAdmin?: boolean;
  }
}

/** Whose payment or office opens the premium content. A claim is what the issuer sent: its type is a hope. */
const isPremium = ({ tier, roles }: AccessTokenClaims) =>
  tier === 'premium' || (Array.isArray(roles) && roles.includes('admin'));

/** For access tokens with claims of the tenant's own. */
@Controller('api')
export class ClaimsController {
  @Get('editor')
  @Claim('roles', includes('admin', 'editor'))
  @Operation('For editors', { answer: greeting })
  editor() {
    return { message: 'Editor access granted.' };
  }

  @Get('premium')
  @Claim(check(isPremium), { message: 'Premium tier or admin role required' })
  @Operation('For premium content', { answer: greeting })
  premium() {
    return { message: 'Premium content access granted.' };
  }

  @Get('admin')
  @Claim('isAdmin', true)
  @Operation('For administrators', { answer: greeting })
  admin() {
    return { message: 'Admin access granted.' };
  }
}
