import { findPerson } from './people.mjs';
import { OIDC_SCOPES } from './userinfo.mjs';

/**
 * Restores `offline_access` after oidc-provider has dropped it. oidc-provider requires
 * `prompt=consent` with it (OpenID Connect Core §11), which Auth0's applications do not send.
 */
export function keepOfflineAccess(ctx, _audience, client) {
  const requested = String(ctx.query.scope ?? '').split(' ');
  if (requested.includes('offline_access') && client.grantTypeAllowed('refresh_token')) {
    ctx.oidc.params.scope = [...new Set(requested)].join(' ');
  }
}

/** Grants the requested scopes, except permissions that the person does not have. */
export async function grantRequestedScopes({ oidc }) {
  const { account, client, provider, session, requestParamScopes: requested } = oidc;
  const { permissions } = findPerson(account.accountId);
  const allowed = new Set([...OIDC_SCOPES, ...permissions]);
  const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  grant.addOIDCScope([...oidc.requestParamOIDCScopes]);
  grant.addOIDCClaims([...oidc.requestParamClaims]);
  for (const [audience, { scopes }] of Object.entries(oidc.resourceServers)) {
    const known = [...requested].filter((scope) => scopes.has(scope));
    const has = (scope) => allowed.has(scope);
    const lacks = (scope) => !has(scope);
    grant.addResourceScope(audience, known.filter(has));
    grant.rejectResourceScope(audience, known.filter(lacks));
  }
  await grant.save();
  // One `sid` for all applications of a session, as in Auth0. By default each has its own.
  session.sidFor(client.clientId, session.uid);
  return grant;
}
