import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { AccessToken, Scopes } from '../auth/index.js';
import { SubjectPipe } from '../messages/subject.pipe.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import {
  type RevocationInput,
  revocationInput,
  type RevocationsQuery,
  revocationsQuery,
} from './revocation.input.js';
import { revocation, revocationPage } from './revocation.output.js';
import { RevocationsService } from './revocations.service.js';

@Controller('api/admin/revocations')
@TagDescription('Access tokens that are refused before they expire.')
export class RevocationsController {
  constructor(private readonly revocations: RevocationsService) {}

  @Post()
  @Scopes('write:admin')
  @Operation('Revoke access tokens', { answer: revocation, failures: ['noSubject', 'database'] })
  revoke(
    @AccessToken('sub', SubjectPipe) actor: string,
    @AccessToken('iss') iss: string,
    @Body({ schema: revocationInput }) input: RevocationInput,
  ) {
    return this.revocations.revoke(input, iss, actor);
  }

  @Get()
  @Scopes('read:admin')
  @Operation('List revocations', { answer: revocationPage, failures: ['database'] })
  list(@Query({ schema: revocationsQuery }) query: RevocationsQuery) {
    return this.revocations.list(query);
  }
}
