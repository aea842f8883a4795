import { Controller, Get, Header, Inject, NotFoundException } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { z } from 'zod';
import { Public } from '../auth/index.js';
import { authConfig } from '../config/auth.config.js';
import { browserConfig } from '../config/browser.config.js';
import { Operation } from '../openapi/operation.decorator.js';
import { issuerDomain } from './issuer-domain.js';
import { RequestedScopes } from './requested-scopes.js';

/** Options of auth0-spa-js. */
const clientConfig = z
  .object({ domain: z.string(), clientId: z.string(), audience: z.string(), scope: z.string() })
  .meta({ id: 'ClientConfig' });

/** What the pages need to log people in. Without a client id, nobody can. */
@Controller('config.json')
export class ClientConfigController {
  constructor(
    @Inject(authConfig.KEY) private readonly auth: ConfigType<typeof authConfig>,
    @Inject(browserConfig.KEY) private readonly browser: ConfigType<typeof browserConfig>,
    private readonly scopes: RequestedScopes,
  ) {}

  @Get()
  @Public()
  @Header('Cache-Control', 'no-cache')
  @Operation('Read how the browser pages log people in', { answer: clientConfig })
  read() {
    const { client, clientId } = this.browser;
    if (!client || clientId === undefined) {
      throw new NotFoundException('Cannot GET /config.json');
    }
    const { issuer, audience } = this.auth;
    const domain = issuerDomain(issuer);
    return { domain, clientId, audience: audience[0]!, scope: this.scopes.text };
  }
}
