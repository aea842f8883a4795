import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

/** Where the server listens, and the origins whose pages may call it: none turns CORS off. */
export const serverConfig = registerAs('server', () => {
  const { PORT, HOST, CORS_ORIGINS } = readEnvironment();
  return { port: PORT, host: HOST, corsOrigins: CORS_ORIGINS };
});
