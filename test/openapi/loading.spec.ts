import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The files and packages that a file imports statically, directly or through others. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  // Without `import type`, which is erased, and `import()`, which runs later.
  for (const [, name] of source.matchAll(/^(?:import|export) (?!type )[^;]*?'([^']+)';$/gm)) {
    const target = name!.startsWith('.')
      ? join(dirname(file), name!.replace(/\.js$/, '.ts'))
      : name!;
    if (seen.has(target)) continue;
    if (name!.startsWith('.')) loadedBy(target, seen);
    else seen.add(target);
  }
  return seen;
}

describe('An API without docs', () => {
  const loaded = [...loadedBy('src/main.ts')];

  it('loads the other modules', () => {
    expect(loaded).toEqual(
      expect.arrayContaining(['src/messages/messages.controller.ts', '@nestjs/core', 'zod']),
    );
  });

  it('does not load @nestjs/swagger', () => {
    expect(loaded).not.toContain('@nestjs/swagger');
    expect(loaded.filter((name) => name.startsWith('src/openapi/'))).toEqual([
      'src/openapi/operation.decorator.ts',
    ]);
    expect([...loadedBy('src/openapi/serve.ts')]).toContain('@nestjs/swagger');
  });

  it('loads the SDK of MCP only with MCP=on', () => {
    expect(loaded).toContain('src/mcp/message-tools.ts');
    expect(loaded.filter((name) => name.startsWith('@modelcontextprotocol/'))).toEqual([]);
    expect([...loadedBy('src/mcp/mcp-handler.ts')]).toContain('@modelcontextprotocol/server');
  });
});
