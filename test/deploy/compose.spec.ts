import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { apiVariables } from '../../demo/api.mjs';
import { readEnvironment } from '../../src/config/environment.js';
import { variables } from '../../src/config/variables.js';

interface Service {
  image: string;
  build?: string | { context: string; target: string };
  network_mode?: string;
  environment?: Record<string, string>;
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: unknown;
  ports?: string[];
  volumes?: string[];
  read_only?: boolean;
  cap_drop?: string[];
}

const { services } = parse(readFileSync('compose.yaml', 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
};
const instances = Object.entries(services)
  .filter(([name]) => name.startsWith('api-'))
  .map(([, service]) => service);

describe('compose.yaml', () => {
  it('runs three instances with a valid configuration of known variables', () => {
    expect(instances).toHaveLength(3);
    for (const { environment } of instances) {
      expect(Object.keys(environment!).filter((name) => !(name in variables.shape))).toEqual([]);
      expect(() => readEnvironment(environment)).not.toThrow();
    }
  });

  it('configures them for the demo tenant, as the demo configures its API', () => {
    const issuer = 'http://localhost:4010/';
    const {
      PORT: _,
      HOST: __,
      SECURITY_CONTACT: ___,
      ...demo
    } = apiVariables({ apiPort: 3001, issuer });
    expect(instances[0]!.environment).toMatchObject(demo);
  });

  it('shares one localhost among the tenant, the instances and nginx', () => {
    const { tenant, nginx } = services;
    const modes = [tenant!, ...instances].map(({ network_mode: mode }) => mode);
    expect(new Set(modes)).toEqual(new Set(['service:nginx']));
    const { ISSUER_BASE_URL, PUBLIC_URL } = instances[0]!.environment!;
    const ports = [PUBLIC_URL, ISSUER_BASE_URL].map((url) => new URL(url!).port);
    expect(nginx!.ports).toEqual(ports.map((port) => `127.0.0.1:${port}:${port}`));
  });

  it('lets nginx listen on the port of PUBLIC_URL, and pass requests to every instance', () => {
    const { port } = new URL(instances[0]!.environment!.PUBLIC_URL!);
    expect(readFileSync('deploy/compose/listen.conf', 'utf8')).toContain(`\nlisten ${port};\n`);
    const servers = readFileSync('deploy/compose/upstream.conf', 'utf8').matchAll(
      /^server 127\.0\.0\.1:(\d+) /gm,
    );
    expect([...servers].map(([, number]) => number)).toEqual(
      instances.map(({ environment }) => environment!.PORT),
    );
  });

  it('mounts only files that exist', () => {
    const mounted = Object.values(services)
      .flatMap(({ volumes = [] }) => volumes)
      .filter((volume) => volume.startsWith('./'))
      .map((volume) => volume.split(':')[0]!);
    expect(mounted).not.toEqual([]);
    expect(mounted.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('migrates once, before the instances start', () => {
    expect(services.migrate!.command).toEqual(['node', 'dist/commands/migrate.js']);
    for (const { environment, depends_on: after } of instances) {
      expect(environment!.MIGRATE).toBe('off');
      expect(after).toMatchObject({ migrate: { condition: 'service_completed_successfully' } });
    }
  });

  it('waits only for services that report their health', () => {
    const awaited = Object.values(services)
      .flatMap(({ depends_on: after = {} }) => Object.entries(after))
      .filter(([, { condition }]) => condition === 'service_healthy')
      .map(([name]) => name);
    expect(awaited.filter((name) => services[name]!.healthcheck === undefined)).toEqual([]);
  });

  it.each(Object.entries(services))('restricts every container: %s', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('pins images by tag', () => {
    const foreign = Object.values(services).filter(({ build }) => build === undefined);
    expect(foreign.map(({ image }) => image).filter((image) => !/:\d+/.test(image))).toEqual([]);
  });
});
