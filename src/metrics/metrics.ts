import { getHeapStatistics } from 'node:v8';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { AUTH_ERROR_CODES, type AccessTokenVerifier, type AuthErrorCode } from '../auth/index.js';
import type { Connection } from '../database/connection.js';
import { isProbe } from '../http/is-probe.js';
import { API_VERSION } from '../version.js';

/** What the metrics are read from at each scrape. */
export interface MetricsSources {
  verifier: Pick<AccessTokenVerifier, 'status'>;
  connection: Pick<Connection, 'pool'>;
  revocations: { status(): { known: number; ageSec: number } };
  /** Where clients are counted for rate limits. The memory of the process never fails. */
  rateLimitStorage: { readonly failures?: number };
}

/** The members of Fastify's request that become labels. */
interface CountedRequest {
  method: string;
  /** The pattern of its route, such as `/api/messages/:id`. Undefined when no route matches. */
  routeOptions: { url?: string | undefined };
}

type Sample = [value: number, labels?: Record<string, string>];

/** From the answer of a cached token to the time-outs of the database. */
const DURATION_BUCKETS_SEC = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Clients choose the method: others are counted together. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The route of a request that no route matches. */
const UNMATCHED = 'unmatched';

/** How a call of an MCP tool can end. */
const TOOL_RESULTS = ['success', 'refused', 'unavailable', 'failed'] as const;
export type ToolResult = (typeof TOOL_RESULTS)[number];

/** The code of a 401 for a request without a token, whose body has none. */
const TOKEN_MISSING = 'token_missing';

/**
 * The metrics of one application. What clients choose never becomes the value of a label: no path,
 * subject or token.
 */
export class Metrics {
  private readonly registry = new Registry();

  private readonly durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS_SEC,
    registers: [this.registry],
  });

  private readonly aborted = new Counter({
    name: 'http_requests_aborted_total',
    help: 'Requests whose client closed the connection before the answer was sent',
    labelNames: ['method', 'route'],
    registers: [this.registry],
  });

  private readonly refusals = new Counter({
    name: 'auth_refusals_total',
    help: 'Requests that AuthModule refused',
    labelNames: ['code'],
    registers: [this.registry],
  });

  private readonly toolCalls = new Counter({
    name: 'mcp_tool_calls_total',
    help: 'Calls of MCP tools that were run',
    labelNames: ['tool', 'result'],
    registers: [this.registry],
  });

  constructor(sources: MetricsSources) {
    // Prometheus cannot see a counter rise when it appears with its first refusal.
    const codes = new Set([TOKEN_MISSING, ...Object.values(AUTH_ERROR_CODES).flat()]);
    for (const code of codes) this.refusals.inc({ code }, 0);
    this.readAuth(sources);
    this.readRevocations(sources);
    this.readDatabase(sources);
    this.readRateLimits(sources);
    this.readProcess();
  }

  /** Type of {@link text}. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Every metric as Prometheus reads it. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  countAnswer(request: CountedRequest, status: number, durationMs: number): void {
    const { url: route = UNMATCHED } = request.routeOptions;
    if (isProbe(route)) return;
    this.durations.observe({ method: methodOf(request), route, status }, durationMs / 1000);
  }

  countAborted(request: CountedRequest): void {
    const { url: route = UNMATCHED } = request.routeOptions;
    if (!isProbe(route)) this.aborted.inc({ method: methodOf(request), route });
  }

  /** @param code undefined when the request had no token. */
  countRefusal(code: AuthErrorCode | undefined): void {
    this.refusals.inc({ code: code ?? TOKEN_MISSING });
  }

  /** Begins their series at 0, before the first calls. */
  declareTools(tools: readonly string[]): void {
    for (const tool of tools) {
      for (const result of TOOL_RESULTS) this.toolCalls.inc({ tool, result }, 0);
    }
  }

  /** @param tool one of the server's, and never a name that a client chose. */
  countToolCall(tool: string, result: ToolResult): void {
    this.toolCalls.inc({ tool, result });
  }

  private readAuth({ verifier }: MetricsSources): void {
    const issuers = () => verifier.status().issuers;
    const cache = () => verifier.status().tokenCache;

    this.read(Counter, 'auth_key_fetches_total', 'Attempts to fetch the keys of an issuer', () =>
      issuers().flatMap(({ issuer, fetches, failedFetches }): Sample[] => [
        [fetches - failedFetches, { issuer, result: 'success' }],
        [failedFetches, { issuer, result: 'failure' }],
      ]),
    );
    this.read(Gauge, 'auth_key_set_age_seconds', 'Time since the keys in use were requested', () =>
      issuers().flatMap(({ issuer, keysAgeSec }): Sample[] =>
        keysAgeSec === undefined ? [] : [[keysAgeSec, { issuer }]],
      ),
    );
    this.read(Gauge, 'auth_keys_ready', '1 if the tokens of an issuer can be verified', () =>
      issuers().map(({ issuer, isReady }): Sample => [Number(isReady), { issuer }]),
    );
    this.read(Counter, 'auth_token_cache_hits_total', 'Tokens found in the cache', () => [
      [cache()?.hits ?? 0],
    ]);
    this.read(Counter, 'auth_token_cache_misses_total', 'Tokens not found in the cache', () => [
      [cache()?.misses ?? 0],
    ]);
    this.read(Gauge, 'auth_token_cache_entries', 'Tokens in the cache', () => [
      [cache()?.entries ?? 0],
    ]);
    this.read(
      Gauge,
      'auth_token_cache_bytes',
      'Estimated memory of the tokens in the cache',
      () => [[cache()?.bytes ?? 0]],
    );
  }

  private readRevocations({ revocations }: MetricsSources): void {
    this.read(
      Gauge,
      'revocations_known',
      'Subjects, sessions and tokens whose access tokens are refused',
      () => [[revocations.status().known]],
    );
    this.read(
      Gauge,
      'revocations_age_seconds',
      'Time since the revocations were last read from the database',
      () => [[revocations.status().ageSec]],
    );
  }

  private readDatabase({ connection }: MetricsSources): void {
    const pool = () => connection.pool?.();
    this.read(Gauge, 'db_pool_connections', 'Connections to PostgreSQL', () => {
      const status = pool();
      if (!status) return [];
      return [
        [status.idle, { state: 'idle' }],
        [status.total - status.idle, { state: 'busy' }],
      ];
    });
    this.read(Gauge, 'db_pool_waiting', 'Queries that wait for a connection to PostgreSQL', () => [
      [pool()?.waiting ?? 0],
    ]);
  }

  private readRateLimits({ rateLimitStorage }: MetricsSources): void {
    this.read(
      Counter,
      'rate_limit_storage_failures_total',
      'Requests that were not counted for the rate limit, because the storage failed',
      () => [[rateLimitStorage.failures ?? 0]],
    );
  }

  private readProcess(): void {
    const version = { version: API_VERSION };
    this.read(Gauge, 'app_info', 'The version of the application', () => [[1, version]]);
    // The other metrics of the process and of Node.js, without this one, are prom-client's own.
    this.read(Gauge, 'nodejs_heap_size_limit_bytes', 'The largest possible heap', () => [
      [getHeapStatistics().heap_size_limit],
    ]);
    collectDefaultMetrics({ register: this.registry });
  }

  /** Adds a metric whose values are read when Prometheus asks for them. */
  private read(
    Metric: typeof Counter | typeof Gauge,
    name: string,
    help: string,
    samples: () => Sample[],
  ): void {
    const labelNames = ['issuer', 'result', 'state', 'version'];
    const metric = new Metric({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        for (const [value, labels = {}] of samples()) this.inc(labels, value);
      },
    });
    this.registry.registerMetric(metric);
  }
}

function methodOf({ method }: CountedRequest): string {
  return METHODS.has(method) ? method : 'OTHER';
}
