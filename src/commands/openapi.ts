import { writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { APP_OPTIONS, createAdapter } from '../http/adapter.js';
import { AppModule } from '../app.module.js';
import { ConfigError, loadDocumentConfig } from '../config/config.js';
import { createDocument } from '../openapi/document.js';

// `npm run openapi`: the document as a file, from an application of which nothing runs: no database, no issuer, no port.
try {
  const [, , file = 'openapi.json'] = process.argv;
  const config = loadDocumentConfig();
  const app = await NestFactory.create(AppModule.register(config), createAdapter(), {
    ...APP_OPTIONS,
    preview: true,
    logger: false,
    abortOnError: false,
  });
  await writeFile(file, `${JSON.stringify(createDocument(app, config), null, 2)}\n`);
  console.log(`Written to ${file}, for access tokens of ${config.auth.issuer}.`);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
