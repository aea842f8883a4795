import { Controller, Get, Query } from '@nestjs/common';
import { Scopes } from '../auth/index.js';
import { type AuditQuery, auditQuery } from './admin.input.js';
import { AdminService } from './admin.service.js';

@Controller('api/admin/audit')
export class AuditController {
  constructor(private readonly admin: AdminService) {}

  @Get()
  @Scopes('read:admin')
  list(@Query({ schema: auditQuery }) query: AuditQuery) {
    return this.admin.audit(query);
  }
}
