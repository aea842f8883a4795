import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Query } from '@nestjs/common';
import { AccessToken, Scopes } from '../auth/index.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import { messagePage } from '../messages/message.output.js';
import { MessagesService } from '../messages/messages.service.js';
import { SubjectPipe } from '../messages/subject.pipe.js';
import { type AdminMessagesQuery, adminMessagesQuery } from './admin.input.js';
import { AdminService } from './admin.service.js';

@Controller('api/admin/messages')
@TagDescription('Moderation: the messages of anyone. Each deletion is written to the audit trail.')
export class AdminMessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly admin: AdminService,
  ) {}

  @Get()
  @Scopes('read:admin')
  @Operation('List messages of anyone', { answer: messagePage, failures: ['database'] })
  list(@Query({ schema: adminMessagesQuery }) query: AdminMessagesQuery) {
    return this.messages.list(query);
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @Scopes('write:admin')
  @Operation('Delete a message of anyone', { failures: ['noSubject', 'database'] })
  async remove(@Param('id') id: string, @AccessToken('sub', SubjectPipe) actor: string) {
    await this.admin.removeMessage(id, actor);
  }
}
