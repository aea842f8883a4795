import { Logger } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { accessMap } from '../auth/index.js';
import { resolveAuthOptions, runDoctor } from '../auth/doctor/index.js';
import { authConfig } from '../config/auth.config.js';
import { refuseEnvFile, validateEnvironment } from '../config/environment.js';

const USAGE = `Usage: npm run -s doctor -- [--route ROUTE] [--json] [-]

Checks the configuration, the issuer, its keys and the clock. With -, it reads an access token from
standard input, and says step by step why the API accepts or refuses it.

  --route ROUTE  whether the token may call a route, such as 'GET /api/messages'
  --json         prints the result as JSON
  --help         prints this text

Exit code: 0, or 1 when something has failed. The token is never printed.
`;

// The report says what the log would.
Logger.overrideLogger(false);

// `npm run doctor`: opens no database and no port, and writes nothing.
process.exitCode = await runDoctor(process.argv.slice(2), {
  usage: USAGE,
  examine: () => ({
    options: async () => {
      await ConfigModule.forRoot({ validate: validateEnvironment }).catch(refuseEnvFile);
      return resolveAuthOptions(authConfig());
    },
    routes: async () => {
      // Imported here, because it takes longer than everything else.
      const { createMappedApplication } = await import('./mapped-application.js');
      const app = await createMappedApplication();
      const routes = accessMap(app);
      await app.close();
      return routes;
    },
    settings: {
      issuer: 'AUTH0_DOMAIN or ISSUER_BASE_URL',
      audience: 'AUTH0_AUDIENCE',
      algorithms: 'TOKEN_ALGORITHMS',
      secret: 'AUTH0_SIGNING_SECRET',
      grantClaims: 'GRANT_CLAIMS',
      revocation: 'the doctor opens no database, see GET /api/admin/revocations',
    },
  }),
});
