import { Controller, Get, Module, Post } from '@nestjs/common';
import {
  AuthModule,
  check,
  Claim,
  includes,
  OptionalAuth,
  Permissions,
  Public,
  Scopes,
} from '../../../../src/auth/index.js';

/** What {@link AppModule} trusts: a test sets it before the module is created. */
export const trusted = { issuer: '', audience: '' };

@Controller('api')
export class RoutesController {
  @Get('public')
  @Public()
  public() {}

  @Get('optional')
  @OptionalAuth()
  optional() {}

  @Get('private')
  private() {}

  @Get('messages')
  @Scopes('read:messages', 'list:messages')
  list() {}

  @Get('messages/:id')
  @Scopes('read:messages')
  get() {}

  @Get('messages/latest')
  latest() {}

  @Post('messages')
  @Scopes(['write:messages', 'admin'], { match: 'any' })
  create() {}

  @Get('permissions')
  @Permissions('read:admin')
  permissions() {}

  @Get('claims')
  @Claim('tier', 'premium')
  @Claim(['realm', 'roles'], includes('admin', 'editor'))
  claims() {}

  @Get('function')
  @Claim(check(() => true), { message: 'Premium tier required' })
  function() {}
}

/** Fetches no key: it is not initialised before the doctor asks for its routes. */
@Module({
  imports: [AuthModule.forRootAsync({ useFactory: () => trusted })],
  controllers: [RoutesController],
})
export class AppModule {}
