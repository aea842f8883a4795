import type {
  INestApplication,
  ModuleMetadata,
  NestApplicationOptions,
  Type,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import {
  AccessTokenVerifier,
  AuthModule,
  type AuthOptions,
  Clock,
} from '../../../src/auth/index.js';
import type { TestIssuer } from '../../../src/auth/testing/index.js';
import { type Answer, type Ask, request } from '../../support/http.js';
import { LogRecorder } from './log-recorder.js';

/** The adapters that the auth module supports. */
export const ADAPTERS = [['Fastify'], ['Express']] as const;
export type AdapterName = (typeof ADAPTERS)[number][0];

export interface ModuleOptions {
  issuer: TestIssuer;
  /** Added to the options for the issuer; replaces those of the same name. */
  options?: Partial<AuthOptions>;
  /** Replaces the clock of the module. */
  clock?: Clock;
  controllers?: Type[];
  providers?: ModuleMetadata['providers'];
  /** Modules after the auth module. */
  imports?: NonNullable<ModuleMetadata['imports']>;
  /** Changes the module before it is compiled. */
  override?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

export interface FixtureOptions extends ModuleOptions {
  adapter: AdapterName;
  /** Serves https. */
  tls?: NestApplicationOptions['httpsOptions'];
  /** Changes the application before it listens. */
  setup?: (app: INestApplication) => unknown;
}

/** The auth module without HTTP. */
export interface VerifierFixture {
  module: TestingModule;
  verifier: AccessTokenVerifier;
  log: LogRecorder;
  close: () => Promise<void>;
}

/** An application that uses the auth module. */
export interface Fixture {
  app: INestApplication;
  log: LogRecorder;
  get: (path: string, token?: string) => Promise<Answer>;
  ask: (method: string, path: string, ask?: Ask) => Promise<Answer>;
  close: () => Promise<void>;
}

export async function startVerifier(options: ModuleOptions): Promise<VerifierFixture> {
  const log = new LogRecorder();
  const module = await compile(options, log);
  await module.init();
  const verifier = module.get(AccessTokenVerifier);
  return { module, verifier, log, close: () => module.close() };
}

export async function startFixture(options: FixtureOptions): Promise<Fixture> {
  const log = new LogRecorder();
  const module = await compile(options, log);
  const { adapter, tls } = options;
  const app =
    adapter === 'Fastify'
      ? module.createNestApplication<NestFastifyApplication>(
          new FastifyAdapter(tls && { https: tls }),
          { logger: log },
        )
      : module.createNestApplication(new ExpressAdapter(), { logger: log, httpsOptions: tls });
  await options.setup?.(app);
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

function compile(fixture: ModuleOptions, log: LogRecorder) {
  const {
    issuer,
    clock,
    controllers,
    providers,
    imports = [],
    override = (builder) => builder,
  } = fixture;
  const options = { issuer: issuer.url, audience: issuer.audience, ...fixture.options };
  const builder = Test.createTestingModule({
    imports: [AuthModule.forRoot(options as AuthOptions), ...imports],
    controllers,
    providers,
  });
  if (clock) builder.overrideProvider(Clock).useValue(clock);
  return override(builder).setLogger(log).compile();
}
