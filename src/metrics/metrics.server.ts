import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { metricsConfig } from '../config/metrics.config.js';
import { ALL_INTERFACES } from '../http/adapter.js';
import type { Metrics } from './metrics.js';
import { METRICS } from './metrics.token.js';

const PATH = '/metrics';

/**
 * Serves metrics to Prometheus, on a port of their own. It opens before the API's port and closes
 * after it, so that a scrape sees the last requests.
 */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Api');
  private server?: Server;

  constructor(
    @Inject(METRICS) private readonly metrics: Metrics | null,
    @Inject(metricsConfig.KEY) private readonly config: ConfigType<typeof metricsConfig>,
  ) {}

  /** Its address. Undefined without `METRICS_PORT`. */
  get url(): string | undefined {
    const address = this.server?.address() as AddressInfo | null | undefined;
    if (!address) return undefined;
    const { host = 'localhost' } = this.config;
    return `http://${isIP(host) === 6 ? `[${host}]` : host}:${address.port}${PATH}`;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { metrics, config } = this;
    if (!metrics) return;
    this.server = createServer((request, response) => {
      answer(metrics, request, response).catch((error: unknown) => {
        this.logger.error(error);
        response.writeHead(500).end();
      });
    });
    try {
      await once(this.server.listen(config.port, config.host ?? ALL_INTERFACES), 'listening');
    } catch (error) {
      // The same error as that of the API's port, which is set by another variable.
      throw Object.assign(error as Error, { variable: 'METRICS_PORT' });
    }
    this.logger.log(`Metrics: ${this.url}`);
  }

  /** Nest calls this after the HTTP server of the API has closed. Nobody waits for a scrape. */
  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }
}

async function answer(
  metrics: Metrics,
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (url.split('?', 1)[0] !== PATH) {
    response.writeHead(404).end();
  } else if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
  } else {
    const text = await metrics.text();
    response.writeHead(200, { 'Content-Type': metrics.contentType }).end(text);
  }
}
