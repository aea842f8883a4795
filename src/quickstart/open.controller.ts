import { Controller, Get } from '@nestjs/common';
import { Public } from '../auth/index.js';

/** For everybody: the token is not looked at. */
@Controller('api')
@Public()
export class OpenController {
  @Get('public')
  greet() {
    return {
      message: 'Hello from a public endpoint! No authentication required.',
      timestamp: new Date().toISOString(),
    };
  }

  @Get('open')
  open() {
    return { message: 'Open Endpoint' };
  }
}
