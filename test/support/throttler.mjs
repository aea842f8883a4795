import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';

/**
 * `@nestjs/throttler` is CommonJS and requires Nest, which is ESM. Node loads that. Jest rejects it
 * before Node 24.9, so here it gets the modules of Nest that this file imports.
 */
const require = createRequire(import.meta.url);
const NEST = { '@nestjs/common': common, '@nestjs/core': core };
const loaded = new Map();

function load(file) {
  const module = loaded.get(file) ?? { exports: {} };
  if (loaded.has(file)) return module.exports;
  loaded.set(file, module);
  const requireFrom = (name) =>
    name.startsWith('.') ? load(`${join(dirname(file), name)}.js`) : (NEST[name] ?? require(name));
  // oxlint-disable-next-line typescript/no-implied-eval -- code of an installed package
  new Function('require', 'module', 'exports', readFileSync(file, 'utf8'))(
    requireFrom,
    module,
    module.exports,
  );
  return module.exports;
}

export const {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  minutes,
  normalizeIp,
  SkipThrottle,
  ThrottlerGuard,
  ThrottlerModule,
  ThrottlerStorage,
} = load(join(import.meta.dirname, '../../node_modules/@nestjs/throttler/dist/index.js'));
