import { Controller, Get } from '@nestjs/common';
import { Public } from '../auth/index.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import { greeting, timedGreeting } from './quickstart.output.js';

@Controller('api')
@TagDescription('Public routes. A token is ignored, even a bad one.')
@Public()
export class OpenController {
  @Get('public')
  @Operation('Greet anyone, with the time', { answer: timedGreeting })
  greet() {
    return {
      message: 'Hello from a public endpoint! No authentication required.',
      timestamp: new Date().toISOString(),
    };
  }

  @Get('open')
  @Operation('Greet anyone', { answer: greeting })
  open() {
    return { message: 'Open Endpoint' };
  }
}
