import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';

/** As an application does that sets a prefix in `main.ts`. */
export default async function createApp() {
  const app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false });
  return app.setGlobalPrefix('v1');
}
