import { existsSync } from 'node:fs';
import { ConfigModule } from '@nestjs/config';
import { ConfigError, refuseEnvFile, validateEnvironment } from '../config/environment.js';

// Run by `npm start` and `npm run dev` before they compile anything: the application checks its
// environment itself, but only a compiled one can.
try {
  await ConfigModule.forRoot({ validate: validateEnvironment }).catch(refuseEnvFile);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  if (!process.env.AUTH0_AUDIENCE && !existsSync('.env')) {
    console.error(
      '\nCopy .env.example to .env and fill it in, or run `npm run demo`, which needs none.',
    );
  }
  process.exitCode = 1;
}
