import { BadBody, isJson, readFields } from './body.mjs';
import { PERMISSIONS } from './people.mjs';

/**
 * Translates Auth0's requests to `/oauth/token` for oidc-provider: JSON becomes a form, and client
 * credentials without `scope` request every scope.
 */
export async function tokenRequest(ctx, next) {
  if (ctx.method !== 'POST' || ctx.path !== '/oauth/token') return next();
  if (!isJson(ctx.req) && !ctx.is('urlencoded')) return next();
  let fields;
  try {
    fields = await readFields(ctx.req);
  } catch (error) {
    if (!(error instanceof BadBody)) throw error;
    ctx.status = 400;
    ctx.body = { error: 'invalid_request', error_description: error.message };
    return undefined;
  }
  if (fields.grant_type === 'client_credentials') fields.scope ||= PERMISSIONS.join(' ');
  // oidc-provider reads the fields from here when the body was already read.
  ctx.req.body = fields;
  ctx.req.headers['content-type'] = 'application/x-www-form-urlencoded';
  return next();
}
