import type { ConfigType } from '@nestjs/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { authConfig } from '../config/auth.config.js';
import { browserConfig } from '../config/browser.config.js';
import { issuerDomain } from './issuer-domain.js';
import { RequestedScopes } from './requested-scopes.js';

/**
 * Serves `/config.json`, with which the pages log people in: options of auth0-spa-js. Without a
 * client id the route does not exist, and people can only paste a token.
 */
export function serveClientConfig(app: NestFastifyApplication): void {
  const { clientId } = app.get<ConfigType<typeof browserConfig>>(browserConfig.KEY);
  if (clientId === undefined) return;
  const { issuer, audience } = app.get<ConfigType<typeof authConfig>>(authConfig.KEY);
  const domain = issuerDomain(issuer);
  const scopes = app.get(RequestedScopes);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/config.json', (_request, reply) => {
    reply.header('Cache-Control', 'no-cache');
    return reply.send({ domain, clientId, audience: audience[0], scope: scopes.text });
  });
}
