import { HttpException } from '@nestjs/common';

/**
 * A logout token that cannot be accepted: 400 `invalid_request`, as OpenID Connect Back-Channel
 * Logout 1.0 §2.8 wants it. Nest writes its body, with a fixed sentence as `error_description`.
 */
export class LogoutTokenError extends HttpException {
  /** What was expected and what came. For the log only: never send it to a client. */
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(
    description: string,
    options: { cause?: unknown; detail?: Record<string, unknown> } = {},
  ) {
    const body = { error: 'invalid_request', error_description: description };
    super(body, 400, { cause: options.cause, description });
    this.message = description;
    this.detail = options.detail ?? {};
  }
}
