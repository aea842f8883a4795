import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AuthError } from '../../../src/auth/index.js';

@Catch(AuthError)
export class ProblemDetailsFilter implements ExceptionFilter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch({ status, code, message }: AuthError, host: ArgumentsHost) {
    const response = host.switchToHttp().getResponse<unknown>();
    const body = {
      type: `https://example.com/problems/${code ?? 'token_missing'}`,
      title: message,
    };
    this.adapterHost.httpAdapter.reply(response, body, status);
  }
}
