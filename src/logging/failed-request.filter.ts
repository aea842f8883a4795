import {
  type ArgumentsHost,
  Catch,
  HttpException,
  IntrinsicException,
  Logger,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

/**
 * Answers as Nest does by default. The log line of an unexpected error has the request id, and what
 * a client causes is not logged as an error.
 */
@Catch()
export class FailedRequestFilter extends BaseExceptionFilter {
  private readonly errors = new Logger('ExceptionsHandler');

  override catch(exception: unknown, host: ArgumentsHost): void {
    if (exception instanceof HttpException || exception instanceof IntrinsicException) {
      super.catch(exception, host);
    } else if (this.isHttpError(exception) && exception.statusCode < 500) {
      // Fastify's refusals, for example of a body that is too large or cut off.
      const { statusCode } = exception;
      const message = this.getHttpErrorMessage(exception);
      super.catch(new HttpException({ statusCode, message }, statusCode), host);
    } else {
      const { id } = host.switchToHttp().getRequest<{ id: string }>();
      this.errors.error(exception, { requestId: id });
      // Nest answers this one with the same 500, and does not log it again.
      super.catch(new IntrinsicException(), host);
    }
  }
}
