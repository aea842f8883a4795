import { Controller, Get, Header } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Public } from '../auth/index.js';
import type { Config } from '../config/config.js';
import { Operation } from '../openapi/operation.decorator.js';
import { clientConfig } from './client-config.output.js';
import { issuerDomain } from './issuer-domain.js';
import { RequestedScopes } from './requested-scopes.js';

/** Registered where there is a client id. */
@Controller('config.json')
export class ClientConfigController {
  constructor(
    private readonly config: ConfigService<Config, true>,
    private readonly scopes: RequestedScopes,
  ) {}

  @Get()
  @Public()
  @Header('Cache-Control', 'no-cache')
  @Operation('Tell the browser client where to log in', { answer: clientConfig })
  read() {
    const { issuer, audience } = this.config.get('auth', { infer: true });
    return {
      domain: issuerDomain(issuer),
      clientId: this.config.get('clientId', { infer: true })!,
      audience: audience[0]!,
      scope: this.scopes.text,
    };
  }
}
