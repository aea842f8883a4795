import type { Server } from 'node:http';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { HttpAdapterHost } from '@nestjs/core';
import { Clock } from '../auth/index.js';
import { serverConfig } from '../config/server.config.js';

/** Time in which requests under way must finish when the application stops, in milliseconds. */
const FINISH_TIMEOUT_MS = 7000;

/**
 * Time for which idle connections stay open after the port has closed, in milliseconds: a request
 * may be on its way in one of them.
 */
const IDLE_GRACE_MS = 500;

/** Time in which connections that wait are accepted before the port closes, in milliseconds. */
const ACCEPT_TIMEOUT_MS = 3000;

/** A turn of the event loop in which hardly any connection can arrive, in milliseconds. */
const SHORT_TURN_MS = 1;

const stopping = new WeakSet<Server>();

/** Whether a server is stopping: it is not ready, and each answer closes its connection. */
export const isStopping = (server: Server): boolean => stopping.has(server);

/**
 * Stops the application without losing a request. On SIGTERM it waits for load balancers to notice
 * before Nest closes the port. Connections whose requests do not finish are closed: they would keep
 * the application running.
 */
@Injectable()
export class Shutdown implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger('Shutdown');

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly clock: Clock,
    @Inject(serverConfig.KEY) private readonly config: ConfigType<typeof serverConfig>,
  ) {}

  /** What Nest calls first when the application stops. */
  onModuleDestroy(): void {
    if (this.server) stopping.add(this.server);
  }

  /** What Nest awaits before it closes the port. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    const { server } = this;
    if (!server?.listening) return;
    if (signal === 'SIGTERM') {
      const { shutdownDelaySec } = this.config;
      this.logger.log(`Stopping on SIGTERM; the port closes in ${shutdownDelaySec} s.`);
      await new Promise<void>((resolve) => this.clock.after(shutdownDelaySec * 1000, resolve));
      this.closeIdleConnectionsLater(server);
      this.acceptBeforeClosing(server);
    }
    const cancel = this.clock.after(FINISH_TIMEOUT_MS, () => {
      this.logger.warn('Some requests did not finish in time; their connections are closed.');
      server.closeAllConnections();
    });
    server.once('close', cancel);
  }

  /** Node closes idle connections with the port, and so drops what is on its way in them. */
  private closeIdleConnectionsLater(server: Server): void {
    const closeIdleConnections = server.closeIdleConnections.bind(server);
    server.closeIdleConnections = () => this.clock.after(IDLE_GRACE_MS, closeIdleConnections);
  }

  /** The system resets connections that nobody has accepted when the port closes. */
  private acceptBeforeClosing(server: Server): void {
    const close = server.close.bind(server);
    server.close = (done) => {
      void acceptWaiting(server).then(() => close(done));
      return server;
    };
  }

  private get server(): Server | undefined {
    return this.adapterHost.httpAdapter?.getHttpServer() as Server | undefined;
  }
}

/**
 * Waits until no connection waits to be accepted. Node accepts one in each turn of the event loop,
 * so none waits after a short turn without one.
 */
async function acceptWaiting(server: Server): Promise<void> {
  let isAccepting = false;
  const onConnection = () => (isAccepting = true);
  server.on('connection', onConnection);
  const deadline = performance.now() + ACCEPT_TIMEOUT_MS;
  let now = performance.now();
  let turnMs: number;
  do {
    isAccepting = false;
    await new Promise(setImmediate);
    turnMs = performance.now() - now;
    now += turnMs;
  } while ((isAccepting || turnMs > SHORT_TURN_MS) && now < deadline);
  server.off('connection', onConnection);
}
