import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { DOCUMENTS } from './markdown.js';
import { type Project, projectsOf } from './projects.js';

const ROOT = process.cwd();

/**
 * Compiles all projects in one program. Each is in a directory of its own that does not exist on
 * the disk. What a project does not have is taken from this one.
 */
function compile(projects: readonly Project[]): string[] {
  const added = new Map<string, string>();
  const homes = projects.map((_, index) => join(ROOT, `project-${index}`));
  projects.forEach(({ files }, index) => {
    for (const [path, text] of files) added.set(join(homes[index]!, path), text);
  });
  const homeOf = (path: string) => homes.find((home) => path.startsWith(`${home}/`));
  /** The file in this project that stands in for one that a project does not have. */
  const real = (path: string) => {
    const home = homeOf(path);
    return home === undefined || added.has(path) ? path : join(ROOT, relative(home, path));
  };

  /** Directories in which a project changes a file: the other files there may import it. */
  const changed = new Set(
    [...added.keys()]
      .filter((path) => ts.sys.fileExists(join(ROOT, relative(homeOf(path)!, path))))
      .map((path) => dirname(path)),
  );

  const isOnTheWay = (directory: string) =>
    [...added.keys()].some((path) => path.startsWith(`${directory}/`));

  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) =>
    ts.sys.readFile(path),
  );
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const compilerOptions = {
    ...options,
    noEmit: true,
    incremental: false,
    rootDir: undefined,
    // The package is built from these files.
    paths: {
      'nestjs-resource-server': [join(ROOT, 'src/auth/index.ts')],
      'nestjs-resource-server/mcp': [join(ROOT, 'src/auth/mcp/index.ts')],
      'nestjs-resource-server/testing': [join(ROOT, 'src/auth/testing/index.ts')],
    },
  };
  const disk = ts.createCompilerHost(compilerOptions);
  const host: ts.CompilerHost = {
    ...disk,
    readFile: (path) => added.get(path) ?? disk.readFile(real(path)),
    fileExists: (path) => added.has(path) || disk.fileExists(real(path)),
    directoryExists: (path) => isOnTheWay(path) || ts.sys.directoryExists(real(path)),
    getSourceFile: (path, language, onError) => {
      const isOfProject = homeOf(path) !== undefined;
      const text = added.get(path) ?? (isOfProject ? disk.readFile(real(path)) : undefined);
      if (text === undefined) return disk.getSourceFile(path, language, onError);
      return ts.createSourceFile(path, text, language);
    },
  };
  const cache = ts.createModuleResolutionCache(ROOT, (name) => name, compilerOptions);
  host.resolveModuleNameLiterals = (literals, file, reference, settings, source) =>
    literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(source, literal, settings);
      const found = ts.resolveModuleName(
        literal.text,
        file,
        settings,
        host,
        cache,
        reference,
        mode,
      );
      const { resolvedModule } = found;
      if (resolvedModule === undefined) return found;
      const path = resolvedModule.resolvedFileName;
      const resolvedFileName = changed.has(dirname(path)) ? path : real(path);
      return { ...found, resolvedModule: { ...resolvedModule, resolvedFileName } };
    });

  const rootNames = [...added.keys()].filter((path) => path.endsWith('.ts'));
  const program = ts.createProgram({ rootNames, options: compilerOptions, host });
  return rootNames
    .map((path) => program.getSourceFile(path)!)
    .flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ])
    .map(({ file, start, messageText }) => {
      const { line } = file!.getLineAndCharacterOfPosition(start!);
      const index = homes.indexOf(homeOf(file!.fileName)!);
      const path = relative(homes[index]!, file!.fileName);
      const message = ts.flattenDiagnosticMessageText(messageText, '\n');
      return `${projects[index]!.name}, ${path}:${line + 1}: ${message}`;
    });
}

describe('The TypeScript of the documentation', () => {
  const projects = DOCUMENTS.flatMap((document) => projectsOf(document));

  it('is in files that it names', () => {
    expect(projects.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['README.md', 'src/auth/README.md', 'docs/add-a-resource.md']),
    );
  });

  it('compiles as printed', () => expect(compile(projects)).toEqual([]), 120_000);

  it('would not compile with a mistake', () => {
    const files = new Map([
      ['src/mistake.ts', "import { Scope } from './auth/index.js';\nexport const scope = Scope;\n"],
    ]);
    expect(compile([{ name: 'Mistake', files }])).toEqual([
      expect.stringMatching(/^Mistake, src\/mistake\.ts:1: .*no exported member/),
    ]);
  }, 120_000);
});
