import { hash } from 'node:crypto';
import {
  type ExecutionContext,
  HttpException,
  HttpStatus,
  Injectable,
  Logger,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerLimitDetail,
  type ThrottlerModuleOptions,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import { type AddressedRequest, clientAddress } from '../http/client-address.js';
import { RateLimitClient } from './rate-limit.client.js';

/** A client over its limit may go on asking. The log gets one line per interval. */
const LOG_INTERVAL_MS = 10_000;

/** Bound on what a token can write into the log. */
const MAX_LOGGED = 300;

interface LoggedRequest extends AddressedRequest {
  id: string;
  method: string;
  routeOptions: { url?: string };
}

/** Answers 429 to a client that has made more than `RATE_LIMIT` requests within its minute. */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  protected override logger = new Logger(RateLimitGuard.name);
  private loggedAt = -Infinity;
  /** Requests refused since the last line of the log. */
  private refused = 0;

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    private readonly client: RateLimitClient,
    private readonly adapterHost: HttpAdapterHost,
  ) {
    super(options, storage, reflector);
  }

  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return context.getType() !== 'http';
  }

  /** The base class declares one parameter, and passes both. */
  protected override getTracker(request: object, context?: ExecutionContext): Promise<string> {
    return this.client.of(request as AddressedRequest, context!);
  }

  /** One count for all routes. The hash bounds the length, and keeps subjects out of Redis. */
  protected override generateKey(_context: ExecutionContext, client: string): string {
    return hash('sha256', client, 'base64url');
  }

  /** Headers set here, and not in a filter, stay under an application's catch-all filter. */
  protected override async throwThrottlingException(
    context: ExecutionContext,
    { tracker, timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    const { httpAdapter } = this.adapterHost;
    const http = context.switchToHttp();
    const response = http.getResponse<object>();
    httpAdapter.setHeader(response, 'retry-after', String(timeToBlockExpire));
    httpAdapter.setHeader(response, 'cache-control', 'no-store');
    this.log(tracker, http.getRequest<LoggedRequest>());
    throw new HttpException('Too Many Requests', HttpStatus.TOO_MANY_REQUESTS);
  }

  private log(counted: string, request: LoggedRequest): void {
    const { id, method, routeOptions } = request;
    this.refused += 1;
    const now = performance.now();
    if (now - this.loggedAt < LOG_INTERVAL_MS) return;
    this.logger.warn('Refused: too many requests.', {
      status: HttpStatus.TOO_MANY_REQUESTS,
      refused: this.refused,
      client: clientAddress(request),
      countedFor: counted.slice(0, MAX_LOGGED),
      route: `${method} ${routeOptions.url}`,
      requestId: id,
    });
    this.loggedAt = now;
    this.refused = 0;
  }
}
