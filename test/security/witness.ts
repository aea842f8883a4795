import type { CallHandler, ExecutionContext, NestInterceptor, Provider } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';

/** Records each handler that a request reaches, after the guards. */
export class Witness implements NestInterceptor {
  private readonly seen: string[] = [];

  /** Registers it for all routes of an application. */
  readonly provider: Provider = { provide: APP_INTERCEPTOR, useValue: this };

  intercept(context: ExecutionContext, next: CallHandler) {
    this.seen.push(`${context.getClass().name}.${context.getHandler().name}`);
    return next.handle();
  }

  /** The handlers reached since the last call. */
  reached(): string[] {
    return this.seen.splice(0);
  }
}
