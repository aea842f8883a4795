import { Controller, Get } from '@nestjs/common';
import { Scopes } from '../auth/index.js';
import { MessagesService } from '../messages/messages.service.js';

const FEED_LENGTH = 20;

/** For access tokens with scopes. */
@Controller('api')
export class ScopesController {
  constructor(private readonly messages: MessagesService) {}

  @Get('private-scoped')
  @Scopes('read:messages')
  scoped() {
    return {
      message:
        'Hello from a private endpoint! You need to be authenticated and have a scope of read:messages to see this.',
    };
  }

  @Get('protected')
  @Scopes('read:protected', { from: ['scope', 'permissions'] })
  protected() {
    return { message: 'Protected Endpoint' };
  }

  @Get('feed')
  @Scopes(['read:feed', 'read:admin'], { match: 'any' })
  async feed() {
    const { messages } = await this.messages.list({ limit: FEED_LENGTH });
    return { feed: messages.map(({ text }) => text) };
  }

  @Get('admin/edit')
  @Scopes('read:admin', 'write:admin')
  edit() {
    return { message: 'Admin editor access granted.' };
  }
}
