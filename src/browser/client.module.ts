import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ClientConfigController } from './client-config.controller.js';
import { RequestedScopes } from './requested-scopes.js';

/** What the browser client is told. Without a client id nobody can log in with it, and there is nothing to tell. */
@Module({})
export class ClientModule {
  static register({ clientId }: { clientId?: string }): DynamicModule {
    return {
      module: ClientModule,
      imports: [DiscoveryModule],
      controllers: clientId === undefined ? [] : [ClientConfigController],
      providers: [RequestedScopes],
    };
  }
}
