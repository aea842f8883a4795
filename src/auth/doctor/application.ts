import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { INestApplication, Type } from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { accessMap } from '../access-map/access-map.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import type { Examined } from './diagnose.js';

type CreateApplication = () => INestApplication | Promise<INestApplication>;

/** Metadata of `@Module()`. */
const MODULE_METADATA = ['imports', 'controllers', 'providers', 'exports'];

/**
 * Options and routes of the application in a compiled file, which exports the class `AppModule`, or
 * as its default a module or a function that returns the application. The application is created,
 * and for its routes initialised; it does not listen.
 */
export function applicationIn(file: string): Pick<Examined, 'options' | 'routes' | 'close'> {
  let application: Promise<INestApplication> | undefined;
  const open = () => (application ??= create(resolve(file)));
  return {
    options: async () => (await open()).get<ResolvedAuthOptions>(ResolvedAuthOptions),
    routes: async () => {
      const app = await (await open()).init();
      // Plugins of Fastify add their routes here.
      const instance: { ready?: () => PromiseLike<unknown> } = app.getHttpAdapter().getInstance();
      await instance.ready?.();
      return accessMap(app);
    },
    close: async () => {
      await (await open()).close();
    },
  };
}

async function create(file: string): Promise<INestApplication> {
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  // A CommonJS module with a default export has it twice.
  const byDefault = exported.default as { default?: unknown } | undefined;
  const found = exported.AppModule ?? byDefault?.default ?? byDefault;
  if (typeof found !== 'function')
    throw new Error(
      `${file} does not export AppModule. Name the compiled file of the module, such as ` +
        'dist/app.module.js, not the one that starts the application.',
    );
  if (!MODULE_METADATA.some((key) => Reflect.hasMetadata(key, found))) {
    return (found as CreateApplication)();
  }
  const options = { logger: false, abortOnError: false } as const;
  const adapter = await fastifyAdapter(file);
  return adapter
    ? NestFactory.create(found as Type, adapter, options)
    : NestFactory.create(found as Type, options);
}

/** An application that has installed Fastify uses it: Express comes with every Nest project. */
async function fastifyAdapter(file: string): Promise<AbstractHttpAdapter | undefined> {
  let path: string;
  try {
    path = createRequire(file).resolve('@nestjs/platform-fastify');
  } catch {
    return undefined;
  }
  const { FastifyAdapter } = (await import(pathToFileURL(path).href)) as {
    FastifyAdapter: new () => AbstractHttpAdapter;
  };
  return new FastifyAdapter();
}
