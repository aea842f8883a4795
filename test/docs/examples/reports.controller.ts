import { Controller, Delete, Get } from '@nestjs/common';
import {
  AccessToken,
  type AccessTokenClaims,
  Claim,
  includes,
  Public,
  Scopes,
} from '../../../src/auth/index.js';

@Controller('reports')
@Scopes('read:reports')
export class ReportsController {
  @Get()
  list(@AccessToken('sub') owner: string) {
    return { owner, reports: [] };
  }

  @Delete()
  @Claim('https://example.com/roles', includes('admin'), { message: 'Administrators only' })
  @Scopes('delete:reports')
  clear(@AccessToken() claims: AccessTokenClaims) {
    return { clearedBy: claims.sub, on: claims['https://example.com/device'] };
  }

  @Get('count')
  @Public()
  count() {
    return { count: 0 };
  }
}
