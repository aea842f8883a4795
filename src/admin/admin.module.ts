import { Module } from '@nestjs/common';
import { MessagesModule } from '../messages/messages.module.js';
import { AdminMessagesController } from './admin-messages.controller.js';
import { AdminService } from './admin.service.js';
import { AuditController } from './audit.controller.js';

@Module({
  imports: [MessagesModule],
  controllers: [AdminMessagesController, AuditController],
  providers: [AdminService],
})
export class AdminModule {}
