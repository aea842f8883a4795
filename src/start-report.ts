import { isIP } from 'node:net';
import { type INestApplication, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { looksLikeClientId } from './auth/doctor/client-id.js';
import { authConfig } from './config/auth.config.js';
import { browserConfig } from './config/browser.config.js';
import { databaseConfig } from './config/database.config.js';
import { limitsConfig } from './config/limits.config.js';
import { mcpConfig } from './config/mcp.config.js';
import { revocationConfig } from './config/revocation.config.js';
import { serverConfig } from './config/server.config.js';

/** Values of `NODE_ENV` that are not a mistake. Only the first one changes something. */
const MODES = ['production', 'development', 'test'];

const logger = new Logger('Api');

/** Logs where the application listens and what it uses, and warns about probable mistakes. */
export async function reportStart(app: Pick<INestApplication, 'get' | 'getUrl'>): Promise<void> {
  const { host, mode, publicUrl } = app.get<ConfigType<typeof serverConfig>>(serverConfig.KEY);
  const { issuer, audience } = app.get<ConfigType<typeof authConfig>>(authConfig.KEY);
  const { client, docs } = app.get<ConfigType<typeof browserConfig>>(browserConfig.KEY);
  const database = app.get<ConfigType<typeof databaseConfig>>(databaseConfig.KEY);
  const mcp = app.get<ConfigType<typeof mcpConfig>>(mcpConfig.KEY);
  const { logoutClientId } = app.get<ConfigType<typeof revocationConfig>>(revocationConfig.KEY);
  const url = new URL(await app.getUrl());
  // `getUrl()` has an IP address. To a browser, the host name is another origin.
  if (!isIP(host ?? '')) url.hostname = host ?? 'localhost';

  logger.log(`Listening on ${url.origin}`);
  logger.log(`Access tokens: issuer ${issuer}, audience ${audience.join(', ')}`);
  logger.log(`Browser pages: ${client ? `${url.origin}/` : 'off, CLIENT=on serves them'}`);
  logger.log(`API reference: ${docs ? `${url.origin}/docs` : 'off, DOCS=on serves it'}`);
  if (mcp.isOn) logger.log(`MCP server: ${publicUrl}/mcp`);
  if (logoutClientId !== undefined) {
    const at = `${publicUrl ?? url.origin}/backchannel-logout`;
    logger.log(`Logout tokens: ${at}, for the client ${logoutClientId}`);
  }
  reportNetwork(app);
  for (const suspicious of audience.filter(looksLikeClientId)) {
    logger.warn(
      `AUTH0_AUDIENCE contains ${suspicious}, which looks like the client id of an application. ` +
        'Write the identifier of the API.',
    );
  }
  if (mode !== undefined && !MODES.includes(mode)) {
    logger.warn(`NODE_ENV is ${mode}, which changes nothing. Did you mean production?`);
  }
  if (mode === 'production' && database.url === undefined) {
    logger.warn(
      `The database is embedded, in ${database.dataDir}. Its data does not survive a power loss, ` +
        'and only one instance can use it. In production, set DATABASE_URL to use PostgreSQL.',
    );
  }
}

/** What is set about proxies and limits, and what of it is probably a mistake. */
function reportNetwork(app: Pick<INestApplication, 'get'>): void {
  const { mode, publicUrl, trustedProxies, certificateHeader } = app.get<
    ConfigType<typeof serverConfig>
  >(serverConfig.KEY);
  const { perMinute, redisUrl } = app.get<ConfigType<typeof limitsConfig>>(limitsConfig.KEY);
  const { audience, dpop } = app.get<ConfigType<typeof authConfig>>(authConfig.KEY);
  const memory = redisUrl === undefined ? 'by this instance' : `in Redis at ${hostOf(redisUrl)}`;
  if (publicUrl !== undefined) {
    logger.log(`Public URL: ${publicUrl}`);
    if (!audience.includes(publicUrl)) {
      logger.warn(
        `AUTH0_AUDIENCE does not contain ${publicUrl}: clients that read the metadata of this ` +
          'API request tokens for that audience.',
      );
    }
  }
  if (trustedProxies.length > 0) logger.log(`Trusted proxies: ${trustedProxies.join(', ')}`);
  if (certificateHeader !== undefined) {
    logger.log(`Client certificates: in the header ${certificateHeader} of the trusted proxies`);
  }
  if (dpop) logger.log(`DPoP: ${dpop.mode}, proofs remembered ${memory}`);
  if (perMinute === undefined) {
    if (redisUrl !== undefined && !dpop) {
      logger.warn('REDIS_URL is not used: set RATE_LIMIT or DPOP as well.');
    }
    return;
  }
  logger.log(`Rate limit: ${perMinute} requests per minute and client, counted ${memory}`);
  if (mode === 'production' && trustedProxies.length === 0) {
    logger.warn(
      'RATE_LIMIT is set and TRUSTED_PROXIES is not: behind a proxy, all clients without an ' +
        'accepted token share one limit.',
    );
  }
}

const hostOf = (url: string) => new URL(url).host;
