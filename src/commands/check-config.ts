import { ConfigModule } from '@nestjs/config';
import { ConfigError, refuseEnvFile, validateEnvironment } from '../config/environment.js';

// Run by `npm start` and `npm run dev` before they compile anything: the application checks its
// environment itself, but only a compiled one can.
try {
  await ConfigModule.forRoot({ validate: validateEnvironment }).catch(refuseEnvFile);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
