import { Module } from '@nestjs/common';
import { MessagesModule } from '../messages/messages.module.js';
import { ClaimsController } from './claims.controller.js';
import { OpenController } from './open.controller.js';
import { PrivateController } from './private.controller.js';
import { ScopesController } from './scopes.controller.js';

/** The routes of the Auth0 quickstarts, one for each way to protect a route. */
@Module({
  imports: [MessagesModule],
  controllers: [OpenController, PrivateController, ScopesController, ClaimsController],
})
export class QuickstartModule {}
