import { BadBody, isJson, readFields } from './body.mjs';

/** The path that Auth0 uses, too. */
export const REGISTRATION_PATH = '/oidc/register';

/** What every client is that describes itself: a public, native application that logs people in. */
export const SELF_DESCRIBED = {
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
};

/**
 * Dynamic client registration (RFC 7591), open to all: MCP clients do not know the tenant before.
 * Of what a client sends, only its name and its redirect URIs are kept. oidc-provider then checks
 * the redirect URIs as those of a native application: `http` on a loopback address, on any port
 * (RFC 8252 §7.3), `https`, or a scheme of its own.
 *
 * The `scope` is dropped on purpose. MCP clients send the first scope that they need, and
 * oidc-provider would refuse any other scope later.
 */
export async function registration(ctx, next) {
  if (ctx.path !== REGISTRATION_PATH) return next();
  ctx.set('access-control-allow-origin', '*');
  if (ctx.method === 'OPTIONS') {
    ctx.set('access-control-allow-headers', 'content-type');
    ctx.status = 204;
    return undefined;
  }
  if (ctx.method !== 'POST' || !isJson(ctx.req)) return next();
  try {
    const { client_name, redirect_uris } = await readFields(ctx.req);
    ctx.req.body = { client_name, redirect_uris, ...SELF_DESCRIBED };
  } catch (error) {
    if (!(error instanceof BadBody)) throw error;
    ctx.status = 400;
    ctx.body = { error: 'invalid_client_metadata', error_description: error.message };
    return undefined;
  }
  return next();
}

/**
 * Client ID metadata documents: the client's identifier is the address of its metadata. The same
 * kind of client is let in as by registration.
 */
export const clientIdMetadataDocument = {
  enabled: true,
  ack: 'draft-02',
  allowClient: (_ctx, { applicationType, grantTypes }) =>
    applicationType === SELF_DESCRIBED.application_type &&
    grantTypes.every((type) => SELF_DESCRIBED.grant_types.includes(type)),
};

/** Whether pages from this origin belong to the client, so that they may read its tokens. */
export function isOriginOf({ redirectUris }, origin) {
  // The origin of `cursor://…` and of a page in a sandbox is `null`.
  return origin !== 'null' && redirectUris.some((uri) => new URL(uri).origin === origin);
}
