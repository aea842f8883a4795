import type { ResolvedAuthOptions } from '../auth.options.js';
import { withoutSlash } from '../keys/issuer-url.js';
import type { AuthErrorCode } from '../refusals/auth.errors.js';
import { claimOf } from '../token/claim-path.js';
import type { Unverified } from './claimed-token.js';
import { looksLikeClientId } from './client-id.js';
import type { Settings } from './diagnosis.js';
import { printable } from './printable.js';

/** Codes with which `AccessTokenVerifier.verify()` refuses a token, whatever it came with. */
export type TokenCode = Exclude<
  AuthErrorCode,
  | 'credentials_repeated'
  | 'dpop_proof_invalid'
  | 'dpop_nonce_required'
  | 'replay_memory_unavailable'
  | 'insufficient_scope'
  | 'claim_requirement'
  | 'authentication_insufficient'
>;

/** What is known when a token is refused. */
export interface RefusedToken extends Unverified {
  readonly detail: Readonly<Record<string, unknown>>;
  readonly options: ResolvedAuthOptions;
  readonly settings: Settings;
}

const NEW_TOKEN = 'Request a new access token.';
const ACCESS_TOKEN =
  'Send the access token: `access_token` in the answer of the token endpoint, not `id_token`.';

/** What to do about each refusal. */
const ADVICE: Record<TokenCode, (refused: RefusedToken) => string> = {
  token_malformed: malformed,
  critical_header: () => 'Let the issuer sign without crit and b64: no extension is supported.',
  type_not_allowed: ({ options, header }) =>
    options.profile === 'rfc9068' && /^(jwt|none)$/i.test(printable(claimOf(header, 'typ')))
      ? 'Turn on the RFC 9068 profile for this API at the issuer, or leave out the option profile.'
      : ACCESS_TOKEN,
  token_expired: ({ detail }) =>
    'maxTokenAgeSec' in detail
      ? `${NEW_TOKEN} The option maxTokenAgeSec limits its age, whatever its exp is.`
      : `${NEW_TOKEN} If this one is new, look at the clock.`,
  issuer_mismatch: otherIssuer,
  algorithm_not_allowed: algorithm,
  key_unknown: () =>
    'The issuer does not publish this key (any more), or the token is from another tenant. ' +
    NEW_TOKEN,
  keys_unavailable: () => 'The API answers 503 to every token. See the keys of the issuer above.',
  signature_invalid: ({ options, settings }) =>
    options.issuers.some(({ secret }) => secret)
      ? `The token was changed or cut, or ${settings.secret} is not the secret of this API.`
      : `The token was changed or cut, or signed by somebody else. Copy it whole, or: ${NEW_TOKEN}`,
  token_bound: ({ payload }) =>
    Object.hasOwn(payload, 'cnf')
      ? 'The token is bound to a key or a certificate (DPoP, mutual TLS) that this API does not ' +
        'check. Turn that on, or request a bearer token.'
      : 'This API requires DPoP: request the token with a proof, so that it is bound to a key.',
  // The doctor claims to have every certificate that a token can name.
  certificate_mismatch: () =>
    'Let the issuer write the SHA-256 of the client certificate, in base64url, as x5t#S256.',
  id_token_used: ({ detail: { claims } }) =>
    printable(claims) === 'nonce'
      ? `${ACCESS_TOKEN} If the issuer puts nonce into access tokens, set nonceInAccessToken.`
      : ACCESS_TOKEN,
  audience_mismatch: otherAudience,
  claim_invalid: ({ detail: { claim } }) =>
    `Let the issuer put a valid ${printable(claim)} into its access tokens.`,
  token_not_active: () => 'Compare the clocks of this machine and of the issuer, or wait.',
  token_revoked: () => `The application has revoked it (isRevoked). ${NEW_TOKEN}`,
  revocation_unavailable: () =>
    'The API answers 503: the function isRevoked of the application has thrown.',
};

export const adviceFor = (code: TokenCode, refused: RefusedToken): string => ADVICE[code](refused);

function malformed({ parts, header, options }: RefusedToken): string {
  const request = `Request one with audience=${audienceOf(options)}.`;
  if (parts === 1) {
    return `This is not a JWT but an opaque token, as Auth0 issues without an audience. ${request}`;
  }
  if (parts === 5) {
    const isOfAuth0 = claimOf(header, 'alg') === 'dir';
    return isOfAuth0
      ? `This is an encrypted token (JWE), as Auth0 issues without an audience. ${request}`
      : 'This is an encrypted token (JWE). Turn off the encryption of tokens for this API.';
  }
  return 'Copy the token whole: three parts with dots between them, no quotes, no line breaks.';
}

function otherIssuer({ payload, options, settings }: RefusedToken): string {
  const iss = claimOf(payload, 'iss');
  const named = printable(iss);
  const isSpelling = options.issuers.some(
    ({ issuer }) => typeof iss === 'string' && withoutSlash(issuer) === withoutSlash(iss),
  );
  if (isSpelling) return `Only the final slash differs: write ${named} as ${settings.issuer}.`;
  const expected = options.issuers.map(({ issuer }) => issuer).join(' or ');
  return (
    `The token is from ${named}. Request it from ${expected}, or write its issuer as ` +
    `${settings.issuer}. With a custom domain, clients and API must name the same one.`
  );
}

function algorithm({ header, options, settings }: RefusedToken): string {
  const alg = printable(claimOf(header, 'alg'));
  if (alg === 'none') return 'The token is not signed. Let the issuer sign its tokens.';
  if (options.issuers.some(({ secret }) => secret)) {
    return `Remove ${settings.secret}: the issuer signs with a public key.`;
  }
  if (alg.startsWith('HS')) {
    return `Set the API to RS256 at the issuer, or write its secret as ${settings.secret}.`;
  }
  return `Let the issuer sign with an allowed algorithm, or add ${alg} to ${settings.algorithms}.`;
}

function otherAudience({ payload, detail, options, settings }: RefusedToken): string {
  const aud = claimOf(payload, 'aud');
  const audiences = Array.isArray(aud) ? (aud as unknown[]) : [aud];
  const [expected] = detail.expected as string[];
  const request = `request a token with audience=${expected}`;
  const isOfRoute = !options.issuers.some(({ audience }) => audience.includes(expected!));
  const userInfo = options.issuers.map(({ issuer }) => `${withoutSlash(issuer)}/userinfo`);
  if (audiences.every((each) => userInfo.includes(String(each)))) {
    return `The token is only for /userinfo: ${request}.`;
  }
  if (audiences.length === 1 && looksLikeClientId(String(aud))) {
    return `The token is for a client, so it is probably an ID token. ${ACCESS_TOKEN}`;
  }
  if (aud === undefined) return `The token has no audience: ${request}.`;
  if (isOfRoute) {
    const other = `The route takes no tokens for ${printable(aud)}`;
    return `${other}, only those of its @Audience(): ${request}.`;
  }
  return `The token is for ${printable(aud)}: add it to ${settings.audience}, or ${request}.`;
}

const audienceOf = ({ issuers }: ResolvedAuthOptions): string => issuers[0]!.audience[0]!;
