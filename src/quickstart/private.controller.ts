import { Controller, Get } from '@nestjs/common';
import { AccessToken, type AccessTokenClaims, OptionalAuth } from '../auth/index.js';

/** For every access token that is valid: what a route needs that says nothing else. */
@Controller('api')
export class PrivateController {
  @Get('private')
  greet(@AccessToken('sub') sub: string | undefined) {
    return {
      message: 'Hello from a protected endpoint! You are authenticated.',
      sub,
      timestamp: new Date().toISOString(),
    };
  }

  @Get('members-only')
  members() {
    return { message: 'Members Only Endpoint' };
  }

  @Get('me')
  me(@AccessToken() user: AccessTokenClaims) {
    return { message: 'You made it to the protected endpoint!', user };
  }

  @Get('greeting')
  @OptionalAuth()
  greeting(@AccessToken('sub') sub: string | undefined) {
    return sub === undefined ? { message: 'Hello, guest.' } : { message: `Hello, ${sub}.`, sub };
  }
}
