import { writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { AppModule, configuration } from '../app.module.js';
import { authConfig } from '../config/auth.config.js';
import { browserConfig } from '../config/browser.config.js';
import { ConfigError, useSampleIssuer } from '../config/environment.js';
import { APP_OPTIONS, createAdapter } from '../http/adapter.js';
import { createDocument } from '../openapi/document.js';

// `npm run openapi` writes the document to a file. The application is only previewed: nothing opens
// a database, asks an issuer or listens.
try {
  const [, , file = 'openapi.json'] = process.argv;
  await configuration;
  useSampleIssuer();
  const auth = authConfig();
  const { isAuth0 } = browserConfig();
  const app = await NestFactory.create(AppModule, createAdapter(), {
    ...APP_OPTIONS,
    preview: true,
    logger: false,
    abortOnError: false,
  });
  const document = createDocument(app, { auth, isAuth0 });
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
  console.log(`Written to ${file}, for access tokens of ${auth.issuer}.`);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
