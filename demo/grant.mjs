import { interactionPolicy } from 'oidc-provider';
import { findPerson } from './people.mjs';
import { OIDC_SCOPES } from './userinfo.mjs';

/**
 * oidc-provider drops `offline_access` unless the request also has `prompt=consent` (OpenID Connect Core, 11), which
 * Auth0's applications never send. This runs after that, and puts it back.
 */
export function keepOfflineAccess(ctx, _audience, client) {
  const asked = String(ctx.query.scope ?? '').split(' ');
  if (asked.includes('offline_access') && client.grantTypeAllowed('refresh_token')) {
    ctx.oidc.params.scope = [...new Set(asked)].join(' ');
  }
}

/** `prompt=consent` is understood, and answered without asking: the applications are the tenant's own. */
export function withoutConsent() {
  const policy = interactionPolicy.base();
  policy.get('consent').checks.clear();
  return policy;
}

/** Grants what a request asks for, except permissions that the person does not have. */
export async function grantWhatIsAsked({ oidc }) {
  const { account, client, provider, requestParamScopes: asked } = oidc;
  const { permissions } = findPerson(account.accountId);
  const allowed = new Set([...OIDC_SCOPES, ...permissions]);
  const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  grant.addOIDCScope([...oidc.requestParamOIDCScopes]);
  grant.addOIDCClaims([...oidc.requestParamClaims]);
  for (const [audience, { scopes }] of Object.entries(oidc.resourceServers)) {
    const known = [...asked].filter((scope) => scopes.has(scope));
    const has = (scope) => allowed.has(scope);
    const lacks = (scope) => !has(scope);
    grant.addResourceScope(audience, known.filter(has));
    grant.rejectResourceScope(audience, known.filter(lacks));
  }
  await grant.save();
  return grant;
}
