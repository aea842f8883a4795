import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { AccessToken, Scopes } from '../auth/index.js';
import {
  type MessageInput,
  messageInput,
  type MessagesQuery,
  messagesQuery,
} from './message.input.js';
import { MessagesService } from './messages.service.js';
import { SubjectPipe } from './subject.pipe.js';

@Controller('api/messages')
export class MessagesController {
  constructor(private readonly messages: MessagesService) {}

  @Post()
  @Scopes('write:messages')
  async create(
    @AccessToken('sub', SubjectPipe) author: string,
    @Body({ schema: messageInput }) { text }: MessageInput,
    @Res({ passthrough: true }) response: { header(name: string, value: string): unknown },
  ) {
    const message = await this.messages.create(author, text);
    response.header('Location', `/api/messages/${message.id}`);
    return message;
  }

  @Get()
  @Scopes('read:messages')
  list(@Query({ schema: messagesQuery }) query: MessagesQuery) {
    return this.messages.list(query);
  }

  @Get(':id')
  @Scopes('read:messages')
  get(@Param('id') id: string) {
    return this.messages.get(id);
  }

  @Patch(':id')
  @Scopes('write:messages')
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
  async remove(@Param('id') id: string, @AccessToken('sub', SubjectPipe) author: string) {
    await this.messages.remove(id, author);
  }
}
