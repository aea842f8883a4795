import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { AccessToken, Scopes } from '../auth/index.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import { parseIdempotencyKey } from './idempotency.js';
import {
  type MessageInput,
  messageInput,
  type MessagesQuery,
  messagesQuery,
} from './message.input.js';
import { message, messagePage } from './message.output.js';
import { MessagesService } from './messages.service.js';
import { SubjectPipe } from './subject.pipe.js';

@Controller('api/messages')
@TagDescription(
  'Messages. Everyone with the scope reads them; only the author changes or deletes one.',
)
export class MessagesController {
  constructor(private readonly messages: MessagesService) {}

  @Post()
  @Scopes('write:messages')
  @Operation('Write a message', {
    answer: message,
    headers: { Location: 'The address of the message.' },
    failures: ['noSubject', 'keyReused', 'database'],
  })
  async create(
    @AccessToken('sub', SubjectPipe) author: string,
    @Body({ schema: messageInput }) { text }: MessageInput,
    @Res({ passthrough: true }) response: { header(name: string, value: string): unknown },
    @Headers('Idempotency-Key') key?: string,
  ) {
    const written = await this.messages.create(author, text, parseIdempotencyKey(key));
    response.header('Location', `/api/messages/${written.id}`);
    return written;
  }

  @Get()
  @Scopes('read:messages')
  @Operation('List messages', { answer: messagePage, failures: ['database'] })
  list(@Query({ schema: messagesQuery }) query: MessagesQuery) {
    return this.messages.list(query);
  }

  @Get(':id')
  @Scopes('read:messages')
  @Operation('Read a message', { answer: message, failures: ['database'] })
  get(@Param('id') id: string) {
    return this.messages.get(id);
  }

  @Patch(':id')
  @Scopes('write:messages')
  @Operation('Edit your message', {
    answer: message,
    failures: ['noSubject', 'notAuthor', 'database'],
  })
  edit(
    @Param('id') id: string,
    @AccessToken('sub', SubjectPipe) author: string,
    @Body({ schema: messageInput }) { text }: MessageInput,
  ) {
    return this.messages.edit(id, author, text);
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @Scopes('write:messages')
  @Operation('Delete your message', { failures: ['noSubject', 'notAuthor', 'database'] })
  async remove(@Param('id') id: string, @AccessToken('sub', SubjectPipe) author: string) {
    await this.messages.remove(id, author);
  }
}
