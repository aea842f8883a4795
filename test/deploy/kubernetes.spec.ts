import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readEnvironment } from '../../src/config/environment.js';
import { variables } from '../../src/config/variables.js';

const BASE = 'deploy/kubernetes/base';
const EXAMPLE = 'deploy/kubernetes/overlays/example';

interface Kustomization {
  resources: string[];
  configMapGenerator: { envs?: string[]; literals?: string[] }[];
}

interface Probe {
  httpGet: { path: string; port: string };
  periodSeconds: number;
  failureThreshold?: number;
}

interface Container {
  image: string;
  command?: string[];
  ports?: { name: string; containerPort: number }[];
  env: { name: string; valueFrom: { secretKeyRef: { name: string; key: string } } }[];
  envFrom?: { configMapRef: { name: string } }[];
  startupProbe: Probe;
  livenessProbe: Probe;
  readinessProbe: Probe;
  resources: Record<'requests' | 'limits', { memory: string; cpu?: string }>;
  securityContext: unknown;
}

const read = (path: string) => parse(readFileSync(path, 'utf8'), { merge: true }) as unknown;
const kustomization = (folder: string) => read(`${folder}/kustomization.yaml`) as Kustomization;

const { spec: deployment } = read(`${BASE}/deployment.yaml`) as {
  spec: {
    replicas?: number;
    selector: { matchLabels: Record<string, string> };
    strategy: { rollingUpdate: Record<string, number> };
    template: {
      metadata: { labels: Record<string, string>; annotations: Record<string, string> };
      spec: {
        serviceAccountName: string;
        automountServiceAccountToken: boolean;
        terminationGracePeriodSeconds: number;
        securityContext: Record<string, unknown>;
        initContainers: Container[];
        containers: Container[];
        topologySpreadConstraints: { labelSelector: unknown }[];
      };
    };
  };
};
const pod = deployment.template.spec;
const api = pod.containers[0]!;
const labels = deployment.template.metadata.labels;

/** Lines of NAME=VALUE: what the ConfigMap of the example overlay has. */
const config = Object.fromEntries(
  [
    ...readFileSync(`${BASE}/api.env`, 'utf8').split('\n'),
    ...kustomization(EXAMPLE).configMapGenerator.flatMap(({ literals = [] }) => literals),
  ]
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/=(.*)/).slice(0, 2) as [string, string]),
);
const secret = read(`${EXAMPLE}/secret.yaml`) as {
  metadata: { name: string };
  stringData: Record<string, string>;
};

describe('the manifests for Kubernetes', () => {
  it.each([BASE, EXAMPLE])('are all listed, and exist: %s', (folder) => {
    const { resources } = kustomization(folder);
    const files = readdirSync(folder).filter(
      (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
    );
    expect(resources.filter((name) => name.endsWith('.yaml')).toSorted()).toEqual(files.toSorted());
    expect(resources.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
  });

  it('configure the API with known variables and valid values', () => {
    const { MIGRATION_DATABASE_URL, ...secrets } = secret.stringData;
    const environment = { ...config, ...secrets };
    expect(Object.keys(environment).filter((name) => !(name in variables.shape))).toEqual([]);
    expect(readEnvironment(environment)).toMatchObject({ MIGRATE: false });
    expect(() =>
      readEnvironment({ ...environment, DATABASE_URL: MIGRATION_DATABASE_URL }),
    ).not.toThrow();
  });

  it('take every secret from a key that the example has', () => {
    const references = [...pod.initContainers, ...pod.containers].flatMap(({ env }) =>
      env.map(({ valueFrom }) => valueFrom.secretKeyRef),
    );
    expect(new Set(references.map(({ name }) => name))).toEqual(new Set([secret.metadata.name]));
    expect(references.map(({ key }) => key).toSorted()).toEqual(
      Object.keys(secret.stringData).toSorted(),
    );
  });

  it('select the pods of the deployment', () => {
    const selector = (name: string, ...path: string[]) =>
      path.reduce<any>((value, key) => value[key], read(`${BASE}/${name}`)); // oxlint-disable-line typescript/no-explicit-any -- as parsed
    const selected = [
      deployment.selector.matchLabels,
      selector('service.yaml', 'spec', 'selector'),
      selector('network-policy.yaml', 'spec', 'podSelector', 'matchLabels'),
      selector('disruption-budget.yaml', 'spec', 'selector', 'matchLabels'),
      ...pod.topologySpreadConstraints.map(
        ({ labelSelector }) => (labelSelector as { matchLabels: unknown }).matchLabels,
      ),
    ];
    expect(selected).toEqual(selected.map(() => labels));
  });

  it('give the ports the numbers that the configuration has', () => {
    expect(api.ports).toEqual([
      { name: 'http', containerPort: Number(config.PORT) },
      { name: 'metrics', containerPort: Number(config.METRICS_PORT) },
    ]);
    const { annotations } = deployment.template.metadata;
    expect(annotations['prometheus.io/port']).toBe(config.METRICS_PORT);
    const service = read(`${BASE}/service.yaml`) as { spec: { ports: { targetPort: string }[] } };
    expect(service.spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http']);
  });

  it('probe the right part of the health of the API', () => {
    const { startupProbe, livenessProbe, readinessProbe } = api;
    const probes = [startupProbe, livenessProbe, readinessProbe];
    expect(probes.map(({ httpGet }) => httpGet)).toEqual([
      { path: '/health/live', port: 'http' },
      { path: '/health/live', port: 'http' },
      { path: '/health/ready', port: 'http' },
    ]);
  });

  it('give a pod the time to stop: the delay, requests under way, and the database', () => {
    const delay = Number(config.SHUTDOWN_DELAY_SEC);
    const { periodSeconds, failureThreshold = 3 } = api.readinessProbe;
    expect(delay).toBeGreaterThan(periodSeconds * failureThreshold);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(delay + 15);
  });

  it('are found by the example for Prometheus, under the name that the alerts select', () => {
    const { scrape_configs: jobs } = read('deploy/prometheus/kubernetes.yml') as {
      scrape_configs: {
        job_name: string;
        kubernetes_sd_configs: unknown;
        relabel_configs: { regex?: string }[];
      }[];
    };
    const { namespace } = read(`${EXAMPLE}/kustomization.yaml`) as { namespace: string };
    const [job] = jobs;
    expect(readFileSync('deploy/prometheus/alerts.yml', 'utf8')).toContain(
      `job="${job!.job_name}"`,
    );
    expect(job!.kubernetes_sd_configs).toEqual([
      { role: 'pod', namespaces: { names: [namespace] } },
    ]);
    expect(job!.relabel_configs.map(({ regex }) => regex)).toEqual([
      labels['app.kubernetes.io/name'],
      api.ports![1]!.name,
      undefined,
    ]);
  });

  it('replace no pod before a new one is ready, and leave their number to the autoscaler', () => {
    expect(deployment.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(deployment).not.toHaveProperty('replicas');
  });

  it('migrate with the command that exists, before the API starts', () => {
    const [migrate] = pod.initContainers;
    const [, script] = migrate!.command!;
    expect(existsSync(script!.replace('dist', 'src').replace('.js', '.ts'))).toBe(true);
    expect(migrate!.image).toBe(api.image);
  });

  it('restrict a pod as the standard of that name asks', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    const containers = [...pod.initContainers, ...pod.containers];
    expect(containers.map(({ securityContext }) => securityContext)).toEqual(
      containers.map(() => ({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })),
    );
    expect(
      readFileSync('Dockerfile', 'utf8')
        .trimEnd()
        .split(/^FROM /m)
        .at(-1),
    ).toContain('USER 1000:1000\n');
  });

  it('reserve memory for more than the heap', () => {
    const [, heap] = /--max-old-space-size=(\d+)/.exec(readFileSync('Dockerfile', 'utf8'))!;
    expect(parseInt(api.resources.limits.memory)).toBeGreaterThanOrEqual(2 * Number(heap));
    expect(api.resources.requests.cpu).toBeDefined();
  });
});
