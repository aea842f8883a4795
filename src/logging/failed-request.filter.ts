import { type ArgumentsHost, Catch, IntrinsicException, Logger } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

/** Answers as Nest does by default. The log line of an unexpected error has the request id. */
@Catch()
export class FailedRequestFilter extends BaseExceptionFilter {
  private readonly errors = new Logger('ExceptionsHandler');

  override catch(exception: unknown, host: ArgumentsHost): void {
    if (exception instanceof IntrinsicException || this.isHttpError(exception)) {
      super.catch(exception, host);
      return;
    }
    const { id } = host.switchToHttp().getRequest<{ id: string }>();
    this.errors.error(exception, { requestId: id });
    // Nest answers this one with the same 500, and does not log it again.
    super.catch(new IntrinsicException(), host);
  }
}
