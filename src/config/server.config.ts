import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

/**
 * Where the server listens, the origins whose pages may call it (none turns CORS off), and the mode
 * that the start log comments on.
 */
export const serverConfig = registerAs('server', () => {
  const { PORT, HOST, CORS_ORIGINS, NODE_ENV } = readEnvironment();
  return { port: PORT, host: HOST, corsOrigins: CORS_ORIGINS, mode: NODE_ENV };
});
