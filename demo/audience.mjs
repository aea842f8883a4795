import { errors } from 'oidc-provider';
import { MACHINE } from './clients.mjs';
import { AUDIENCE, MCP_SCOPES, PERMISSIONS } from './people.mjs';
import { OIDC_SCOPES } from './userinfo.mjs';

/**
 * The APIs that the tenant issues tokens for, and their scopes: what Auth0 lists under APIs. The
 * API has two identifiers. Clients that discover it ask for its address (RFC 9728).
 *
 * @param {string} apiOrigin
 */
function scopesByAudience(apiOrigin) {
  const apiScopes = [...OIDC_SCOPES, ...PERMISSIONS];
  return new Map([
    [AUDIENCE, apiScopes],
    [apiOrigin, apiScopes],
    [`${apiOrigin}/mcp`, MCP_SCOPES],
  ]);
}

/**
 * Resource indicators (RFC 8707). Auth0's parameter `audience` means the same as `resource`.
 *
 * @param {{ apiOrigin: string, accessTokenTtlSec: number }} tenant
 */
export function resourceIndicators({ apiOrigin, accessTokenTtlSec }) {
  const known = scopesByAudience(apiOrigin);
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
      const scopes = known.get(audience);
      if (scopes === undefined) throw new errors.InvalidTarget(`Service not found: ${audience}`);
      const isMachine = client.clientId === MACHINE.id;
      return {
        scope: scopes.filter((scope) => !isMachine || PERMISSIONS.includes(scope)).join(' '),
        accessTokenFormat: 'jwt',
        accessTokenTTL: accessTokenTtlSec,
        jwt: { sign: { alg: 'RS256' } },
      };
    },
  };
}
