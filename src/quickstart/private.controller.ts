import { Controller, Get } from '@nestjs/common';
import { AccessToken, type AccessTokenClaims, OptionalAuth, StepUp } from '../auth/index.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import { greeting, personalGreeting, profile, timedPersonalGreeting } from './quickstart.output.js';

@Controller('api')
@TagDescription('Routes that need an access token, or greet by name with one.')
export class PrivateController {
  @Get('private')
  @Operation('Greet the subject of the token', { answer: timedPersonalGreeting })
  greet(@AccessToken('sub') sub: string | undefined) {
    return {
      message: 'Hello from a protected endpoint! You are authenticated.',
      sub,
      timestamp: new Date().toISOString(),
    };
  }

  @Get('members-only')
  @Operation('Greet members', { answer: greeting })
  members() {
    return { message: 'Members Only Endpoint' };
  }

  @Get('me')
  @Operation('Show the claims of the token', { answer: profile })
  me(@AccessToken() user: AccessTokenClaims) {
    return { message: 'You made it to the protected endpoint!', user };
  }

  @Get('sensitive')
  @StepUp({ maxAgeSec: 300 })
  @Operation('Greet a person who has logged in lately', { answer: greeting })
  sensitive() {
    return { message: 'Recent login confirmed.' };
  }

  @Get('greeting')
  @OptionalAuth()
  @Operation('Greet a guest or the subject of the token', { answer: personalGreeting })
  greeting(@AccessToken('sub') sub: string | undefined) {
    return sub === undefined ? { message: 'Hello, guest.' } : { message: `Hello, ${sub}.`, sub };
  }
}
