import { type ExecutionContext, Injectable } from '@nestjs/common';
import { normalizeIp } from '@nestjs/throttler';
import {
  AccessRules,
  AccessTokenVerifier,
  authenticateRequest,
  type RequestAuth,
} from '../auth/index.js';
import { type AddressedRequest, clientAddress } from '../http/client-address.js';

/**
 * Says whose limit a request counts for: the subject of its access token, or its address where no
 * token is accepted.
 */
@Injectable()
export class RateLimitClient {
  constructor(
    private readonly rules: AccessRules,
    private readonly verifier: AccessTokenVerifier,
  ) {}

  async of(request: AddressedRequest, context: ExecutionContext): Promise<string> {
    const { access, resource } = this.rules.of(context.getClass(), context.getHandler());
    // A public route ignores the token, so it must not wait for the issuer's keys either.
    const isPublic = access === 'public';
    const subject = isPublic ? undefined : await this.subjectOf(request, resource?.audience);
    // One IPv6 client has a network of addresses, its /64, which throttler's function returns.
    return subject ?? `address ${normalizeIp(clientAddress(request))}`;
  }

  private async subjectOf(request: object, audience?: string): Promise<string | undefined> {
    let auth: RequestAuth | undefined;
    try {
      auth = await authenticateRequest(request, this.verifier, { audience });
    } catch {
      return undefined; // AccessTokenGuard, which runs next, refuses it and says why.
    }
    const { iss, sub, client_id: clientId, azp } = auth?.payload ?? {};
    if (sub !== undefined) return `subject ${iss} ${sub}`;
    const client = [clientId, azp].find((id) => typeof id === 'string');
    return client === undefined ? undefined : `client ${iss} ${client}`;
  }
}
