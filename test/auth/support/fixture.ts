import type { INestApplication, ModuleMetadata, Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { AuthModule, type AuthOptions } from '../../../src/auth/index.js';
import type { AuthModuleExtras } from '../../../src/auth/auth.module.js';
import type { TestIssuer } from '../../../src/auth/testing/index.js';
import { type Answer, type Ask, request } from '../../support/http.js';
import { LogRecorder } from './log-recorder.js';

/** The adapters that the auth module supports. */
export const ADAPTERS = [['Fastify'], ['Express']] as const;
export type AdapterName = (typeof ADAPTERS)[number][0];

export interface FixtureOptions {
  adapter: AdapterName;
  issuer: TestIssuer;
  /** Added to the options for the issuer; replaces those of the same name. */
  options?: Partial<AuthOptions & AuthModuleExtras>;
  controllers?: Type[];
  providers?: ModuleMetadata['providers'];
  imports?: ModuleMetadata['imports'];
  /** Changes the module before it is compiled. */
  override?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
  /** Changes the application before it listens. */
  setup?: (app: INestApplication) => void;
}

/** An application that uses the auth module. */
export interface Fixture {
  app: INestApplication;
  log: LogRecorder;
  get: (path: string, token?: string) => Promise<Answer>;
  ask: (method: string, path: string, ask?: Ask) => Promise<Answer>;
  close: () => Promise<void>;
}

export async function startFixture(fixture: FixtureOptions): Promise<Fixture> {
  const { adapter, issuer, controllers, providers, override = (builder) => builder } = fixture;
  const options = { issuer: issuer.url, audience: issuer.audience, ...fixture.options };
  const builder = Test.createTestingModule({
    imports: [AuthModule.forRoot(options as AuthOptions), ...(fixture.imports ?? [])],
    controllers,
    providers,
  });
  const log = new LogRecorder();
  const module = await override(builder).setLogger(log).compile();
  const app =
    adapter === 'Fastify'
      ? module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: log })
      : module.createNestApplication(new ExpressAdapter(), { logger: log });
  fixture.setup?.(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    app,
    log,
    get: (path, token) => request(url, 'GET', path, { token }),
    ask: (method, path, ask) => request(url, method, path, ask),
    close: () => app.close(),
  };
}
