import { Controller, Get, Header, Inject, NotFoundException } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { z } from 'zod';
import { Public } from '../auth/index.js';
import { authConfig } from '../config/auth.config.js';
import { browserConfig } from '../config/browser.config.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import { issuerDomain } from './issuer-domain.js';
import { RequestedScopes } from './requested-scopes.js';

/** Options of auth0-spa-js, and whether it may or must bind its tokens to a key. */
const clientConfig = z
  .object({
    domain: z.string().meta({ examples: ['dev-abc123.us.auth0.com'] }),
    clientId: z.string().meta({ examples: ['abcdefghijklmnopqrstuvwxyz012345'] }),
    audience: z.string().meta({ examples: ['https://api.example.com'] }),
    scope: z.string().meta({ examples: ['openid profile email offline_access read:messages'] }),
    dpop: z
      .enum(['allowed', 'required'])
      .optional()
      .meta({
        description: 'Tokens that are bound to a key (RFC 9449). Absent: not accepted.',
        examples: ['allowed'],
      }),
  })
  .meta({ id: 'ClientConfig' });

/** What the pages need to log people in. Without a client id, nobody can. */
@Controller('config.json')
@TagDescription('What the browser pages are configured with. Without it, nobody can log in there.')
export class ClientConfigController {
  constructor(
    @Inject(authConfig.KEY) private readonly auth: ConfigType<typeof authConfig>,
    @Inject(browserConfig.KEY) private readonly browser: ConfigType<typeof browserConfig>,
    private readonly scopes: RequestedScopes,
  ) {}

  @Get()
  @Public()
  @Header('Cache-Control', 'no-cache')
  @Operation('Read the login settings of the browser pages', {
    answer: clientConfig,
    failures: ['notFound'],
  })
  read() {
    const { client, clientId } = this.browser;
    if (!client || clientId === undefined) {
      throw new NotFoundException('Cannot GET /config.json');
    }
    const { issuer, audience, dpop } = this.auth;
    return {
      domain: issuerDomain(issuer),
      clientId,
      audience: audience[0]!,
      scope: this.scopes.text,
      ...(dpop && { dpop: dpop.mode }),
    };
  }
}
