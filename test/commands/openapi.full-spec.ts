import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CompiledSource, compileSource } from '../support/compile.js';
import { type Api, startApi } from '../support/api.js';
import { type Document, documentOf } from '../openapi/operations.js';

const run = promisify(execFile);

describe('npm run openapi', () => {
  let compiled: CompiledSource;
  let directory: string;

  beforeAll(async () => {
    [compiled, directory] = await Promise.all([
      compileSource(),
      mkdtemp(join(tmpdir(), 'openapi-')),
    ]);
  });

  afterAll(async () => {
    await Promise.all([compiled.remove(), rm(directory, { recursive: true })]);
  });

  const write = (args: string[] = [], env: Record<string, string> = {}) =>
    run(process.execPath, [join(compiled.directory, 'commands/openapi.js'), ...args], {
      cwd: directory,
      env,
    });

  const read = async (file: string) =>
    JSON.parse(await readFile(join(directory, file), 'utf8')) as Document;

  it('writes the document, and no other file, in an empty environment', async () => {
    const { stdout, stderr } = await write();
    expect({ stdout, stderr }).toEqual({
      stdout: 'Written to openapi.json, for access tokens of https://dev-abc123.us.auth0.com/.\n',
      stderr: '',
    });
    expect(await readdir(directory)).toEqual(['openapi.json']);
  });

  it('writes the document that the API serves', async () => {
    const api: Api = await startApi({
      environment: {
        DOCS: 'on',
        ISSUER_BASE_URL: undefined,
        AUTH0_DOMAIN: 'tenant.example.com',
        GRANT_CLAIMS: 'permissions',
      },
    });
    const served = await documentOf(api);
    await api.close();
    const environment = { AUTH0_DOMAIN: 'tenant.example.com', GRANT_CLAIMS: 'permissions' };
    await write(['served.json'], environment);
    expect(await read('served.json')).toEqual(served);
    expect(served['x-grant-claims']).toEqual(['permissions']);
  });

  it('names an issuer that is unreachable', async () => {
    await write(['issuer.json'], { ISSUER_BASE_URL: 'http://127.0.0.1:9/' });
    const { components } = await read('issuer.json');
    expect(components.securitySchemes).toMatchObject({
      issuer: {
        type: 'openIdConnect',
        openIdConnectUrl: 'http://127.0.0.1:9/.well-known/openid-configuration',
      },
    });
  });

  it('reports a wrong environment and exits with 1', async () => {
    await writeFile(join(directory, '.env'), 'AUTH0_DOMAIN=https://tenant.example.com\n');
    await expect(write(['wrong.json'])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^AUTH0_DOMAIN must be a domain in lower case/),
    });
  });
});
