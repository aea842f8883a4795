import { Controller, Get, Query } from '@nestjs/common';
import { Scopes } from '../auth/index.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import { type AuditQuery, auditQuery } from './admin.input.js';
import { AdminService } from './admin.service.js';
import { auditPage } from './audit.output.js';

@Controller('api/admin/audit')
@TagDescription('What administrators did.')
export class AuditController {
  constructor(private readonly admin: AdminService) {}

  @Get()
  @Scopes('read:admin')
  @Operation('List the audit trail', { answer: auditPage, failures: ['database'] })
  list(@Query({ schema: auditQuery }) query: AuditQuery) {
    return this.admin.audit(query);
  }
}
