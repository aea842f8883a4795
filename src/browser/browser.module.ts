import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { RequestedScopes } from './requested-scopes.js';

@Module({ imports: [DiscoveryModule], providers: [RequestedScopes] })
export class BrowserModule {}
