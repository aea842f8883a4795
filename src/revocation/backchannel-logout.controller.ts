import {
  Controller,
  Header,
  HttpCode,
  HttpException,
  HttpStatus,
  Inject,
  Logger,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { RouteConfig } from '@nestjs/platform-fastify';
import { normalizeIp } from '@nestjs/throttler';
import { AuthError, Clock, LogoutTokenError, LogoutTokenVerifier, Public } from '../auth/index.js';
import { revocationConfig } from '../config/revocation.config.js';
import { type AddressedRequest, clientAddress } from '../http/client-address.js';
import { FailureLimit } from '../limits/failure-limit.js';
import { identifier } from '../messages/message.input.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import { logoutForm } from './revocation.input.js';
import { RevocationsService } from './revocations.service.js';

/** Refusals that are explained and logged, per minute and address. */
const MAX_FAILURES = 100;

/** A logout token may live this long at most, so that its `jti` can be remembered as long. */
const MAX_LIFE_SEC = 31 * 24 * 60 * 60;

/** A claim that the database can store. */
const storable = identifier('must be a string').optional();

/** Bound on what a token can write into the log. */
const MAX_LOGGED = 300;

interface Request extends AddressedRequest {
  id: string;
  body: unknown;
}

interface Response {
  header(name: string, value: string): unknown;
}

/** Takes logout tokens of the issuer (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8). */
@Controller('backchannel-logout')
@TagDescription('Where the issuer says that somebody has logged out.')
export class BackchannelLogoutController {
  private readonly logger = new Logger(BackchannelLogoutController.name);
  private readonly failures: FailureLimit;

  constructor(
    private readonly verifier: LogoutTokenVerifier,
    private readonly revocations: RevocationsService,
    private readonly clock: Clock,
    @Inject(revocationConfig.KEY) private readonly config: ConfigType<typeof revocationConfig>,
  ) {
    this.failures = new FailureLimit(clock, MAX_FAILURES);
  }

  @Post()
  @Public({ reason: 'logout tokens, which the issuer signs' })
  @HttpCode(HttpStatus.OK)
  @Header('Cache-Control', 'no-store')
  @RouteConfig({ readsForm: true })
  @Operation('Report a logout', { form: logoutForm, failures: ['logoutToken', 'keys', 'database'] })
  async logout(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    try {
      await this.receive(request);
    } catch (error) {
      if (error instanceof LogoutTokenError) {
        this.countFailure(request, response);
        const detail = JSON.stringify(error.detail).slice(0, MAX_LOGGED);
        this.logger.warn(`Refused: ${error.message}`, { requestId: request.id, detail });
      } else if (error instanceof AuthError && error.retryAfterSec !== undefined) {
        response.header('retry-after', String(error.retryAfterSec));
      }
      throw error;
    }
  }

  /** Good tokens are never limited, even if they come from the address of bad ones. */
  private countFailure(request: Request, response: Response): void {
    const client = normalizeIp(clientAddress(request));
    const waitSec = this.failures.waitSec(client);
    if (waitSec > 0) {
      response.header('retry-after', String(waitSec));
      throw new HttpException('Too Many Requests', HttpStatus.TOO_MANY_REQUESTS);
    }
    this.failures.count(client);
  }

  private async receive({ body, id: requestId }: Request): Promise<void> {
    const clientId = this.config.logoutClientId!;
    const logout = await this.verifier.verify(tokenOf(body), { clientId });
    const { sub, sid, jti, exp } = logout;
    for (const [claim, value] of Object.entries({ sub, sid, jti })) {
      if (storable.safeParse(value).success) continue;
      throw new LogoutTokenError(`The ${claim} of the logout token cannot be stored.`);
    }
    if (exp > this.clock.now() / 1000 + MAX_LIFE_SEC) {
      throw new LogoutTokenError('The logout token expires too late.', { detail: { exp } });
    }
    if (!(await this.revocations.receive(logout))) {
      throw new LogoutTokenError('The logout token was used before.', { detail: { jti } });
    }
    this.logger.log('Received a logout.', { sub, sid, requestId });
  }
}

function tokenOf(form: unknown): string {
  const tokens = form instanceof URLSearchParams ? form.getAll('logout_token') : [];
  if (tokens.length === 1) return tokens[0]!;
  throw new LogoutTokenError('The body must be a form with one logout_token.');
}
