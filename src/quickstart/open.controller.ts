import { Controller, Get } from '@nestjs/common';
import { Public } from '../auth/index.js';
import { Operation } from '../openapi/operation.decorator.js';
import { greeting, timedGreeting } from './quickstart.output.js';

/** Public routes: a token is ignored. */
@Controller('api')
@Public()
export class OpenController {
  @Get('public')
  @Operation('Greet anybody', { answer: timedGreeting })
  greet() {
    return {
      message: 'Hello from a public endpoint! No authentication required.',
      timestamp: new Date().toISOString(),
    };
  }

  @Get('open')
  @Operation('Open to anybody', { answer: greeting })
  open() {
    return { message: 'Open Endpoint' };
  }
}
