import { Module } from '@nestjs/common';
import { RequestedScopes } from './requested-scopes.js';

@Module({ providers: [RequestedScopes] })
export class BrowserModule {}
