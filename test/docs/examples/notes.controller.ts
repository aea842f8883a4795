import { Controller, Get } from '@nestjs/common';
import { AccessToken, Scopes } from '../../../src/auth/index.js';

@Controller('api/notes')
export class NotesController {
  @Get()
  @Scopes('read:notes')
  list(@AccessToken('sub') owner: string) {
    return { owner, notes: [] };
  }
}
