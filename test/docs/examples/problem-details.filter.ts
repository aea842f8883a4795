import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AuthError } from '../../../src/auth/index.js';

@Catch(AuthError)
export class ProblemDetailsFilter implements ExceptionFilter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: AuthError, host: ArgumentsHost) {
    const response = host.switchToHttp().getResponse<unknown>();
    const body = {
      type: `https://example.com/problems/${error.code ?? 'token_missing'}`,
      title: error.message,
    };
    this.adapterHost.httpAdapter.reply(response, body, error.getStatus());
  }
}
