import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve('src/auth');

/** Packages that an application with a copy of `src/auth` must install. */
const PACKAGES = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/passport',
  'jwks-rsa',
  'lru-cache',
  'passport',
  'passport-jwt',
];

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(ROOT, name));

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const found = source.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"]+)['"]/g);
  return [...found].map(([, name]) => name!);
}

describe('src/auth', () => {
  it('has files to look at', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it('imports npm packages, from their root, and itself, and nothing else', () => {
    const foreign = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => {
          if (!name.startsWith('.')) {
            return !PACKAGES.includes(name) && !builtinModules.includes(name.replace('node:', ''));
          }
          return relative(ROOT, resolve(dirname(file), name)).startsWith('..');
        })
        .map((name) => `${relative(ROOT, file)} imports ${name}`),
    );
    expect(foreign).toEqual([]);
  });

  it('does not need its testing kit', () => {
    const outside = files.filter((file) => !relative(ROOT, file).startsWith('testing'));
    const users = outside.filter((file) =>
      importsOf(file).some((name) => name.includes('testing')),
    );
    expect(users).toEqual([]);
  });

  it('does not read the environment', () => {
    const readers = files.filter((file) => readFileSync(file, 'utf8').includes('process.env'));
    expect(readers).toEqual([]);
  });

  it('writes WWW-Authenticate in one place', () => {
    const writers = files.filter((file) => /'WWW-Authenticate',/i.test(readFileSync(file, 'utf8')));
    expect(writers.map((file) => relative(ROOT, file))).toEqual(['refusals/refuse.ts']);
  });
});
