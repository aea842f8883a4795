import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, runDemo } from '../../../demo/check.tools.mjs';

export interface Demo {
  /** Where the API is, and the browser client with it. */
  url: string;
  close(): Promise<void>;
}

/** Starts `npm run demo` as a process of its own, on free ports, with data of its own. */
export async function startDemo(environment: Record<string, string> = {}): Promise<Demo> {
  const [apiPort, tenantPort] = await freePorts(2);
  const dataDir = await mkdtemp(join(tmpdir(), 'demo-browser-'));
  const demo = runDemo({
    ...process.env,
    NODE_ENV: undefined,
    DEMO_API_PORT: String(apiPort),
    DEMO_TENANT_PORT: String(tenantPort),
    DEMO_DATA_DIR: dataDir,
    ...environment,
  });
  if ((await demo.welcomed) === undefined) throw new Error(demo.output());
  return {
    url: `http://localhost:${apiPort}/`,
    close: async () => {
      demo.kill();
      await demo.ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
