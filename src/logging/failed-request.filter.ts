import { type ArgumentsHost, Catch } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { duringRequest } from './request-context.js';

/** Answers as Nest does where no other filter does, and lets what is logged on the way have the id of the request. */
@Catch()
export class FailedRequestFilter extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    const { id } = host.switchToHttp().getRequest<{ id: string }>();
    duringRequest(id, () => super.catch(exception, host));
  }
}
