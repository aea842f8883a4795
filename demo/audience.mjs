import { errors } from 'oidc-provider';
import { MACHINE } from './clients.mjs';
import { AUDIENCE, PERMISSIONS } from './people.mjs';
import { OIDC_SCOPES } from './userinfo.mjs';

/**
 * Maps Auth0's parameter `audience` to oidc-provider's resource indicators (RFC 8707).
 *
 * @param {number} accessTokenTtlSec
 */
export function resourceIndicators(accessTokenTtlSec) {
  return {
    enabled: true,
    defaultResource(ctx, _client, oneOf) {
      // An empty parameter counts as absent (RFC 6749 §3.2).
      const audience = (oneOf ?? ctx.oidc.params.audience ?? ctx.oidc.body?.audience) || undefined;
      if (audience === undefined && ctx.oidc.params.grant_type === 'client_credentials') {
        throw new errors.InvalidTarget(`audience is missing; send audience=${AUDIENCE}`);
      }
      return audience;
    },
    // The audience sent to `/authorize` also applies to the code exchange and to every refresh.
    useGrantedResource: () => true,
    getResourceServerInfo(_ctx, audience, client) {
      if (audience !== AUDIENCE) throw new errors.InvalidTarget(`Service not found: ${audience}`);
      const scopes =
        client.clientId === MACHINE.id ? PERMISSIONS : [...OIDC_SCOPES, ...PERMISSIONS];
      return {
        scope: scopes.join(' '),
        accessTokenFormat: 'jwt',
        accessTokenTTL: accessTokenTtlSec,
        jwt: { sign: { alg: 'RS256' } },
      };
    },
  };
}
