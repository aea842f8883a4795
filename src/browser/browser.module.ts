import { Module } from '@nestjs/common';
import { ClientConfigController } from './client-config.controller.js';
import { RequestedScopes } from './requested-scopes.js';

@Module({ controllers: [ClientConfigController], providers: [RequestedScopes] })
export class BrowserModule {}
