import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve('src/auth');

/** Packages that an application with a copy of `src/auth` must install. */
const PACKAGES = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/passport',
  'jose',
  'jwks-rsa',
  'lru-cache',
  'passport',
  'passport-jwt',
  'rxjs',
];

/** Packages that are imported only in an application that has them. */
const OPTIONAL = ['@nestjs/microservices', '@nestjs/websockets'];

/** The package whose types the entry `./mcp` has. */
const MCP = '@modelcontextprotocol/server';

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(ROOT, name));

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const found = source.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"]+)['"]/g);
  return [...found].map(([, name]) => name!);
}

describe('src/auth', () => {
  it('has files to check', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it('imports only npm packages, from their root, and itself', () => {
    const foreign = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => {
          if (!name.startsWith('.')) {
            const allowed = [...PACKAGES, ...OPTIONAL, MCP, ...builtinModules];
            return !allowed.includes(name.replace('node:', ''));
          }
          return relative(ROOT, resolve(dirname(file), name)).startsWith('..');
        })
        .map((name) => `${relative(ROOT, file)} imports ${name}`),
    );
    expect(foreign).toEqual([]);
  });

  it('imports an optional package only when it needs it', () => {
    const importers = files.filter((file) =>
      importsOf(file).some((name) => OPTIONAL.includes(name)),
    );
    expect(importers.map((file) => relative(ROOT, file))).toEqual(['refusals/exception.ts']);
    const source = readFileSync(importers[0]!, 'utf8');
    expect(source).not.toMatch(/from '@nestjs\/(microservices|websockets)'/);
  });

  it('does not load the SDK of MCP, and only the entry for it has its types', () => {
    const users = files.filter((file) => importsOf(file).includes(MCP));
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((file) => dirname(file) !== join(ROOT, 'mcp'))).toEqual([]);
    for (const file of users) {
      const source = readFileSync(file, 'utf8');
      expect(source).not.toMatch(/^import (?!type ).* from '@modelcontextprotocol/m);
    }
    const outside = files.filter((file) => dirname(file) !== join(ROOT, 'mcp'));
    const importers = outside.filter((file) =>
      importsOf(file).some((name) => /\/mcp\//.test(name)),
    );
    expect(importers).toEqual([]);
  });

  it('does not import its testing kit', () => {
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
    expect(writers.map((file) => relative(ROOT, file))).toEqual(['refusals/refusals.ts']);
  });
});
