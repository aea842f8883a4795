import { BadBody, isJson, readFields } from './body.mjs';
import { PERMISSIONS } from './people.mjs';

/**
 * Translates what Auth0 takes at `/oauth/token` into what oidc-provider understands there: JSON becomes a form, and a
 * machine that names no scope asks for everything it may have.
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
  // Where oidc-provider looks for the fields once the body has been read.
  ctx.req.body = fields;
  ctx.req.headers['content-type'] = 'application/x-www-form-urlencoded';
  return next();
}
