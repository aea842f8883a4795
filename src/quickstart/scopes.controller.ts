import { Controller, Get } from '@nestjs/common';
import { Scopes } from '../auth/index.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import { MessagesService } from '../messages/messages.service.js';
import { feed, greeting } from './quickstart.output.js';

const FEED_LENGTH = 20;

@Controller('api')
@TagDescription('Routes that need scopes: one, any of several, or all of them.')
export class ScopesController {
  constructor(private readonly messages: MessagesService) {}

  @Get('private-scoped')
  @Scopes('read:messages')
  @Operation('Greet readers of messages', { answer: greeting })
  scoped() {
    return {
      message:
        'Hello from a private endpoint! You need to be authenticated and have a scope of ' +
        'read:messages to see this.',
    };
  }

  @Get('protected')
  @Scopes('read:protected', { from: ['scope', 'permissions'] })
  @Operation('Read protected content', { answer: greeting })
  protected() {
    return { message: 'Protected Endpoint' };
  }

  @Get('feed')
  @Scopes(['read:feed', 'read:admin'], { match: 'any' })
  @Operation('List the texts of the newest messages', { answer: feed, failures: ['database'] })
  async feed() {
    const { messages } = await this.messages.list({ limit: FEED_LENGTH });
    return { feed: messages.map(({ text }) => text) };
  }

  @Get('admin/edit')
  @Scopes('read:admin', 'write:admin')
  @Operation('Greet administrators with both scopes', { answer: greeting })
  edit() {
    return { message: 'Admin editor access granted.' };
  }
}
