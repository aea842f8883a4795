import { writeFile } from 'node:fs/promises';
import { ConfigModule } from '@nestjs/config';
import { DiscoveryService, MetadataScanner, ModulesContainer, NestFactory } from '@nestjs/core';
import { AccessRules, AuthModule, ResolvedAuthOptions } from '../auth/index.js';
import { authConfig } from '../config/auth.config.js';
import { browserConfig } from '../config/browser.config.js';
import { limitsConfig } from '../config/limits.config.js';
import { ConfigError, refuseEnvFile, useSampleIssuer } from '../config/environment.js';
import { APP_OPTIONS, createAdapter } from '../http/adapter.js';
import { createDocument } from '../openapi/document.js';

const OPTIONS = { ...APP_OPTIONS, logger: false, abortOnError: false } as const;

// `npm run openapi`: writes the document to a file. Neither the database nor the issuer is needed:
// in preview mode Nest creates no providers, and an AuthModule that is not initialised fetches no
// keys.
try {
  const [, , file = 'openapi.json'] = process.argv;
  await ConfigModule.forRoot().catch(refuseEnvFile); // reads .env
  useSampleIssuer();
  // Imported here, because it checks the environment.
  const { AppModule } = await import('../app.module.js');
  const config = authConfig();
  const { issuer } = config;
  const { isAuth0 } = browserConfig();
  const adapter = () => createAdapter({ trustedProxies: [] });
  const authApp = await NestFactory.create(AuthModule.forRoot(config), adapter(), OPTIONS);
  const auth = authApp.get<ResolvedAuthOptions>(ResolvedAuthOptions);
  const app = await NestFactory.create(AppModule, adapter(), {
    ...OPTIONS,
    preview: true,
  });
  const discovery = new DiscoveryService(app.get(ModulesContainer));
  const rules = new AccessRules(discovery, new MetadataScanner(), auth);
  const isLimited = limitsConfig().perMinute !== undefined;
  const options = { issuer, isAuth0, isLimited, auth };
  await writeFile(file, `${JSON.stringify(createDocument(app, options, rules), null, 2)}\n`);
  console.log(`Written to ${file}, for access tokens of ${issuer}.`);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
