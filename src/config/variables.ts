import { z } from 'zod';
import { ALGORITHMS } from '../auth/algorithms.js';
import { circleIn } from '../auth/token/implied-scopes.js';
import {
  groupByFirst,
  integer,
  isNarrow,
  isOrigin,
  isRedisUrl,
  issuerUrl,
  list,
  onOff,
  pairs,
  scope,
  word,
} from './variable-forms.js';

/** Values of `LOG_LEVEL`, from the fewest lines to the most. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'] as const;

export const SAMPLE_DOMAIN = 'dev-abc123.us.auth0.com';
export const SAMPLE_AUDIENCE = 'https://api.example.com';

/** As long as the hash of HS256 (RFC 7518 §3.2). */
const MIN_SECRET_BYTES = 32;

const DOMAIN_RULE =
  'must be a domain in lower case, without https:// and without a slash, ' +
  `such as ${SAMPLE_DOMAIN}; ` +
  'for an issuer other than Auth0, set ISSUER_BASE_URL instead';
const AUDIENCE_RULE = `write the identifier of this API, such as ${SAMPLE_AUDIENCE}`;
const SCOPES_RULE =
  'must be scopes separated by spaces or commas, such as read:messages write:messages';
const PORT_RULE = 'must be an integer from 0 to 65535, such as 3001';
const METRICS_PORT_RULE = 'must be an integer from 0 to 65535, such as 9464';
const PROXIES_RULE =
  'must be IP addresses or CIDR ranges separated by commas, such as 127.0.0.1,10.0.0.0/8; ' +
  'a range is at most an /8, or a /7 of IPv6';
const TIMEOUT_RULE = 'must be a whole number of milliseconds from 1 to 600000, such as 4000';
const REDIS_RULE =
  'must be a Redis URL, such as redis://USER:PASSWORD@HOST:6379/0, or rediss:// for a connection ' +
  'over TLS, with the special characters of the password percent-encoded';
const CONTACT_RULE =
  'must be an e-mail address or an https, mailto or tel URI, such as security@example.com';

const IMPLIED_RULE =
  'must be pairs of scopes separated by commas, the broader one first, ' +
  'such as write:messages=read:messages';
const STEP_UP_RULE =
  'must be pairs separated by commas, each auth_time, acr or amr and the name of a claim, ' +
  'such as auth_time=https://api.example.com/auth_time';

const ALGORITHMS_RULE = `must be algorithms separated by commas, of ${ALGORITHMS.join(' ')}`;

/** Every variable that the application reads; `.env.example` explains them. */
export const variables = z.object({
  AUTH0_DOMAIN: z.string().regex(z.regexes.domain, DOMAIN_RULE).lowercase(DOMAIN_RULE).optional(),
  ISSUER_BASE_URL: issuerUrl
    .refine(
      (url) => !/[?#\s]|\/\.well-known\/|^https?:\/\/[^/]*@/.test(url),
      'must not contain a user name, a query, a fragment, spaces or /.well-known/',
    )
    .optional(),
  AUTH0_AUDIENCE: list(
    word(`must be identifiers separated by commas, without spaces, such as ${SAMPLE_AUDIENCE}`),
    `is missing; ${AUDIENCE_RULE}`,
  ),
  AUTH0_SIGNING_SECRET: z
    .string()
    .refine(
      (secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES,
      `must have at least ${MIN_SECRET_BYTES} bytes for HS256`,
    )
    .optional(),
  AUTH0_CLIENT_ID: word('must not contain spaces').optional(),
  AUTH0_CLIENT_SCOPES: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .pipe(z.array(scope(SCOPES_RULE)).nonempty(SCOPES_RULE))
    .optional(),
  PORT: integer(0, 65_535, PORT_RULE).default(3001),
  HOST: z
    .union(
      [z.ipv6(), z.hostname()],
      'must be an IP address or a host name, without a scheme and a port, such as 127.0.0.1',
    )
    .optional(),
  PUBLIC_URL: z
    .string()
    .refine(
      (text) => isOrigin(text) && issuerUrl.safeParse(text).success,
      'must be an https origin without a path and a final slash, such as ' +
        'https://api.example.com (http only for a loopback host)',
    )
    .optional(),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(
      z.array(
        z
          .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], PROXIES_RULE)
          .refine(isNarrow, PROXIES_RULE),
      ),
    )
    .default([]),
  SHUTDOWN_DELAY_SEC: integer(
    0,
    3600,
    'must be a whole number of seconds from 0 to 3600, such as 10',
  ).default(0),
  GRANT_CLAIMS: list(
    word('must be claim names separated by commas, without spaces, such as scope,permissions'),
  ).default(['scope', 'scp']),
  IMPLIED_SCOPES: pairs(scope(IMPLIED_RULE), scope(IMPLIED_RULE), IMPLIED_RULE)
    .transform((implied) => groupByFirst(implied))
    .superRefine((implied, context) => {
      const circle = circleIn(implied);
      if (circle !== undefined) context.addIssue(`has a circle: ${circle}`);
    })
    .default({}),
  STEP_UP_CLAIMS: pairs(
    z.enum(['auth_time', 'acr', 'amr'], STEP_UP_RULE),
    word(STEP_UP_RULE),
    STEP_UP_RULE,
  )
    .transform((claims) => Object.fromEntries(claims) as Record<string, string | undefined>)
    .default({}),
  TOKEN_ALGORITHMS: list(z.string())
    .pipe(z.array(z.enum(ALGORITHMS, ALGORITHMS_RULE)))
    .optional(),
  TOKEN_PROFILE: z.literal('rfc9068', 'must be rfc9068, or unset').optional(),
  TOKEN_MAX_AGE_SEC: integer(
    1,
    999_999_999,
    'must be a whole number of seconds, at least 1, such as 86400',
  ).optional(),
  MCP: onOff.default(false),
  DPOP: z.enum(['off', 'allowed', 'required'], 'must be off, allowed or required').default('off'),
  DPOP_NONCE_SECRET: z
    .string()
    .refine(
      (secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES,
      `must have at least ${MIN_SECRET_BYTES} bytes`,
    )
    .optional(),
  MTLS_CERT_HEADER: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header, such as Client-Cert')
    .optional(),
  BACKCHANNEL_LOGOUT: onOff.default(false),
  CORS_ORIGINS: list(
    z
      .string()
      .refine(
        isOrigin,
        'must be exact origins (scheme, host and port) separated by commas, ' +
          'such as https://app.example.com; * is not allowed',
      ),
  ).default([]),
  DATABASE_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      error:
        'must be a PostgreSQL URL, such as postgresql://USER:PASSWORD@HOST:5432/DATABASE, ' +
        'with the special characters of the password percent-encoded',
    })
    .optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_POOL_SIZE: integer(
    1,
    1000,
    'must be a whole number of connections from 1 to 1000, such as 10',
  ).default(10),
  DATABASE_CONNECT_TIMEOUT_MS: integer(1, 600_000, TIMEOUT_RULE).default(3000),
  DATABASE_STATEMENT_TIMEOUT_MS: integer(1, 600_000, TIMEOUT_RULE).default(4000),
  MIGRATE: onOff.default(true),
  REDIS_URL: z.string().refine(isRedisUrl, REDIS_RULE).optional(),
  RATE_LIMIT: integer(
    1,
    999_999_999,
    'must be a whole number of requests per minute, at least 1, such as 600',
  ).optional(),
  METRICS_PORT: integer(0, 65_535, METRICS_PORT_RULE).optional(),
  SECURITY_CONTACT: z
    .union(
      [
        z.email().transform((address) => `mailto:${address}`),
        z.url({ protocol: /^https$/ }).regex(/^\S+$/),
        z.string().regex(/^(mailto:[^\s@]+@[^\s@]+|tel:\+?[\d().-]+)$/),
      ],
      CONTACT_RULE,
    )
    .optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  NODE_ENV: z.string().optional(),
  CLIENT: onOff.optional(),
  DOCS: onOff.optional(),
});

/** The same, with the rules for combinations. */
export const environment = variables
  .refine(({ AUTH0_DOMAIN, ISSUER_BASE_URL }) => AUTH0_DOMAIN ?? ISSUER_BASE_URL, {
    path: ['AUTH0_DOMAIN'],
    error:
      `is missing; write your tenant's domain, such as ${SAMPLE_DOMAIN}, ` +
      'or set ISSUER_BASE_URL',
    // Also when another variable is wrong, so that every fault is reported at once.
    when: () => true,
  })
  .refine(({ AUTH0_DOMAIN, ISSUER_BASE_URL }) => !(AUTH0_DOMAIN && ISSUER_BASE_URL), {
    path: ['ISSUER_BASE_URL'],
    error: 'cannot be combined with AUTH0_DOMAIN; remove one of them',
    when: () => true,
  })
  .refine(({ AUTH0_AUDIENCE, AUTH0_CLIENT_ID = '' }) => !AUTH0_AUDIENCE.includes(AUTH0_CLIENT_ID), {
    path: ['AUTH0_AUDIENCE'],
    error: `must not contain AUTH0_CLIENT_ID, which is not an API; ${AUDIENCE_RULE}`,
  })
  .refine(({ PORT, METRICS_PORT }) => PORT === 0 || PORT !== METRICS_PORT, {
    path: ['METRICS_PORT'],
    error: 'must differ from PORT: metrics are never served to the clients of the API',
  })
  .refine(
    ({ TOKEN_ALGORITHMS, AUTH0_SIGNING_SECRET }) => !(TOKEN_ALGORITHMS && AUTH0_SIGNING_SECRET),
    {
      path: ['TOKEN_ALGORITHMS'],
      error: 'cannot be combined with AUTH0_SIGNING_SECRET, which is for HS256; remove one of them',
    },
  )
  .refine(({ MCP, PUBLIC_URL }) => !MCP || PUBLIC_URL, {
    path: ['MCP'],
    error:
      'needs PUBLIC_URL; set it to the origin that clients use, such as https://api.example.com',
  })
  .refine(
    ({ MCP, PUBLIC_URL, AUTH0_AUDIENCE }) => !MCP || !AUTH0_AUDIENCE.includes(`${PUBLIC_URL}/mcp`),
    {
      path: ['AUTH0_AUDIENCE'],
      error:
        'must not contain the URL of the MCP server, whose tokens are not for the API; remove it',
    },
  )
  .refine(({ DPOP, PUBLIC_URL }) => DPOP === 'off' || PUBLIC_URL, {
    path: ['DPOP'],
    error:
      'needs PUBLIC_URL, with which proofs are compared; set it to the origin that clients use',
  })
  .refine(
    ({ MTLS_CERT_HEADER, TRUSTED_PROXIES }) => !MTLS_CERT_HEADER || TRUSTED_PROXIES.length > 0,
    {
      path: ['MTLS_CERT_HEADER'],
      error: 'needs TRUSTED_PROXIES; name the proxies that verify client certificates',
    },
  )
  .refine(({ BACKCHANNEL_LOGOUT, AUTH0_CLIENT_ID }) => !BACKCHANNEL_LOGOUT || AUTH0_CLIENT_ID, {
    path: ['BACKCHANNEL_LOGOUT'],
    error: 'needs AUTH0_CLIENT_ID, the audience of logout tokens',
  });
