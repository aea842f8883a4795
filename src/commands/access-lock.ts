import type { INestApplication } from '@nestjs/common';
import { accessMap, formatAccessMap } from '../auth/index.js';
import type { Variables } from '../config/environment.js';

/**
 * Variables with which the application has all its routes, and fetches nothing: tokens of a shared
 * secret need no keys. `METRICS_PORT` is not among them: metrics have a server of their own.
 */
export const EVERY_FEATURE: Variables = {
  AUTH0_DOMAIN: 'dev-abc123.us.auth0.com',
  AUTH0_AUDIENCE: 'https://api.example.com',
  AUTH0_SIGNING_SECRET: 'x'.repeat(32),
  AUTH0_CLIENT_ID: 'browser',
  PUBLIC_URL: 'https://api.example.com',
  MCP: 'on',
  BACKCHANNEL_LOGOUT: 'on',
  CLIENT: 'on',
  DOCS: 'on',
  SECURITY_CONTACT: 'security@example.com',
  LOG_LEVEL: 'fatal',
};

const HEADER = `\
# Every route and what a request to it needs. A test compares this file with the application.
# To accept a change: npm run access -- --write
`;

/** The content of `access.lock`. */
export const lockOf = (app: INestApplication): string =>
  HEADER + formatAccessMap(accessMap(app), 'lines');
