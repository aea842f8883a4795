import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Query } from '@nestjs/common';
import { AccessToken, Scopes } from '../auth/index.js';
import { Operation } from '../openapi/operation.decorator.js';
import { messagePage } from '../messages/message.output.js';
import { MessagesService } from '../messages/messages.service.js';
import { SubjectPipe } from '../messages/subject.pipe.js';
import { type AdminMessagesQuery, adminMessagesQuery } from './admin.input.js';
import { AdminService } from './admin.service.js';

@Controller('api/admin/messages')
export class AdminMessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly admin: AdminService,
  ) {}

  @Get()
  @Scopes('read:admin')
  @Operation('List messages of anyone, newest first', {
    answer: messagePage,
    failures: ['database'],
  })
  list(@Query({ schema: adminMessagesQuery }) query: AdminMessagesQuery) {
    return this.messages.list(query);
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @Scopes('write:admin')
  @Operation('Delete a message of anyone', { failures: ['forbidden', 'database'] })
  async remove(@Param('id') id: string, @AccessToken('sub', SubjectPipe) actor: string) {
    await this.admin.removeMessage(id, actor);
  }
}
