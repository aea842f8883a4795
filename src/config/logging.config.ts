import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

export const loggingConfig = registerAs('logging', () => {
  const { LOG_LEVEL, NODE_ENV } = readEnvironment();
  const logFormat: 'json' | 'text' = NODE_ENV === 'production' ? 'json' : 'text';
  return { logLevel: LOG_LEVEL, logFormat };
});
