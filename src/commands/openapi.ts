import { writeFile } from 'node:fs/promises';
import { DiscoveryService, MetadataScanner, ModulesContainer, NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { AccessRules, AuthModule, ResolvedAuthOptions } from '../auth/index.js';
import { ConfigError, loadDocumentConfig } from '../config/config.js';
import { APP_OPTIONS, createAdapter } from '../http/adapter.js';
import { createDocument } from '../openapi/document.js';

const OPTIONS = { ...APP_OPTIONS, logger: false, abortOnError: false } as const;

// `npm run openapi`: writes the document to a file. Neither the database nor the issuer is needed:
// in preview mode Nest creates no providers, and an AuthModule that is not initialised fetches no
// keys.
try {
  const [, , file = 'openapi.json'] = process.argv;
  const config = loadDocumentConfig();
  const { issuer } = config.auth;
  const auth = await NestFactory.create(AuthModule.forRoot(config.auth), createAdapter(), OPTIONS);
  const authOptions = auth.get<ResolvedAuthOptions>(ResolvedAuthOptions);
  const app = await NestFactory.create(AppModule.register(config), createAdapter(), {
    ...OPTIONS,
    preview: true,
  });
  const discovery = new DiscoveryService(app.get(ModulesContainer));
  const rules = new AccessRules(discovery, new MetadataScanner(), authOptions);
  const { claimFailure, grantClaims } = authOptions;
  const options = { issuer, isAuth0: config.isAuth0, claimFailure, grantClaims };
  await writeFile(file, `${JSON.stringify(createDocument(app, options, rules), null, 2)}\n`);
  console.log(`Written to ${file}, for access tokens of ${issuer}.`);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
