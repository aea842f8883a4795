import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AuthModule, type AuthOptions, Clock } from '../../../src/auth/index.js';
import type { TestIssuer } from '../../../src/auth/testing/index.js';
import type { AdapterName } from '../support/fixture.js';
import { LogRecorder } from '../support/log-recorder.js';

type Settings = Omit<Parameters<(typeof AuthModule)['forRoot']>[0], keyof AuthOptions>;

export interface StartOptions extends ModuleMetadata {
  issuer: TestIssuer;
  adapter?: AdapterName;
  clock?: Clock;
  options?: Partial<AuthOptions> & Settings;
  /** Changes the application before it listens. */
  setup?: (app: INestApplication) => void;
}

export interface Started {
  app: INestApplication;
  log: LogRecorder;
  url: string;
}

/** An application with gateways, resolvers or message handlers. */
export async function start(fixture: StartOptions): Promise<Started> {
  const { issuer, adapter, clock, options, setup, imports = [], ...metadata } = fixture;
  const log = new LogRecorder();
  const authOptions = { issuer: issuer.url, audience: issuer.audience, ...options } as AuthOptions;
  const builder = Test.createTestingModule({
    imports: [AuthModule.forRoot(authOptions), ...imports],
    ...metadata,
  });
  if (clock) builder.overrideProvider(Clock).useValue(clock);
  const module = await builder.setLogger(log).compile();
  const http = adapter === 'Express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = module.createNestApplication(http, { logger: log });
  setup?.(app);
  await app.listen(0, '127.0.0.1');
  return { app, log, url: await app.getUrl() };
}
