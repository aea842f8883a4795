import { isIP } from 'node:net';
import { z } from 'zod';

/** Levels of `LOG_LEVEL`, from the fewest lines to the most. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'] as const;

/** A tenant and an API of nobody, for examples. */
export const SAMPLE_DOMAIN = 'dev-abc123.us.auth0.com';
export const SAMPLE_AUDIENCE = 'https://api.example.com';
const SAMPLE_ORIGIN = 'https://app.example.com';
/** As many as the hash has (RFC 7518 §3.2). */
const MIN_SECRET_BYTES = 32;

const DISCOVERY_PATH = '.well-known/openid-configuration';

/** What is wrong with a value and what to write, to be read after the name of the variable. */
type Fault = string | undefined;

const one = (text: string) => text;
const many = (text: string) => [...new Set(text.split(',').map((entry) => entry.trim()))];

/** Every variable the application reads, by name. What is empty counts as unset and does not get here. */
export const VARIABLES = {
  AUTH0_DOMAIN: variable(domainFault, one).optional(),
  ISSUER_BASE_URL: variable(issuerFault, one).optional(),
  AUTH0_AUDIENCE: variable(
    (text) => listFault(text),
    many,
    `is missing; write the identifier of this API, such as ${SAMPLE_AUDIENCE}`,
  ),
  AUTH0_SIGNING_SECRET: secret(signingSecretFault).optional(),
  AUTH0_CLIENT_ID: variable(wordFault, one).optional(),
  PORT: variable(portFault, Number).default(3001),
  HOST: variable(hostFault, one).optional(),
  GRANT_CLAIMS: variable((text) => listFault(text), many).default(['scope', 'scp']),
  CORS_ORIGINS: variable((text) => listFault(text, originFault), many).default([]),
  DATABASE_URL: secret(databaseFault).optional(),
  DATA_DIR: variable(() => undefined, one).default('./data'),
  LOG_LEVEL: variable(levelFault, (text) => text as (typeof LOG_LEVELS)[number]).default('info'),
  NODE_ENV: variable(() => undefined, one).optional(),
  DOCS: variable(switchFault, (text) => text === 'on').optional(),
};

export type VariableName = keyof typeof VARIABLES;

/** Faults between variables. They are looked for in what was written, so that a bad value of one hides none of them. */
export const RELATIONS: Partial<
  Record<VariableName, (given: Partial<Record<VariableName, string>>) => Fault>
> = {
  AUTH0_DOMAIN: ({ AUTH0_DOMAIN, ISSUER_BASE_URL }) =>
    AUTH0_DOMAIN === undefined && ISSUER_BASE_URL === undefined
      ? `is missing, and so is ISSUER_BASE_URL; write the domain of your tenant, such as ${SAMPLE_DOMAIN}`
      : undefined,
  ISSUER_BASE_URL: ({ AUTH0_DOMAIN, ISSUER_BASE_URL }) =>
    AUTH0_DOMAIN !== undefined && ISSUER_BASE_URL !== undefined
      ? 'stands beside AUTH0_DOMAIN, and there is one issuer; remove one of the two'
      : undefined,
  AUTH0_AUDIENCE: ({ AUTH0_AUDIENCE, AUTH0_CLIENT_ID }) =>
    AUTH0_CLIENT_ID !== undefined && many(AUTH0_AUDIENCE ?? '').includes(AUTH0_CLIENT_ID)
      ? 'is AUTH0_CLIENT_ID, and access tokens are for an API, not for an application; ' +
        `write the identifier of the API, such as ${SAMPLE_AUDIENCE}`
      : undefined,
};

function variable<T>(faultOf: (text: string) => Fault, read: (text: string) => T, missing = '') {
  return z
    .string({ error: missing })
    .superRefine((text, context) => {
      const message = wrapperFault(text) ?? faultOf(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .transform(read);
}

/** A variable whose value is in no message. */
function secret(faultOf: (text: string) => Fault) {
  return z.string().superRefine((text, context) => {
    const message = wrapperFault(text, 'it without them') ?? faultOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

/** `.env` files drop such quotes; `docker run --env-file` and service managers keep them. */
function wrapperFault(text: string, instead?: string): Fault {
  const value = text.replace(/^[\s"'`“”‘’]+|[\s"'`“”‘’]+$/g, '');
  if (value === text) return undefined;
  const what = value === text.trim() ? 'spaces' : 'quotes';
  return `has ${what} around its value; write ${instead ?? (value || 'nothing, or a value')}`;
}

function wordFault(text: string): Fault {
  return /\s/.test(text) ? `has spaces in it; write ${text.replace(/\s+/g, '')}` : undefined;
}

function listFault(text: string, entryFault: (entry: string) => Fault = () => undefined): Fault {
  const entries = many(text);
  const named = entries.filter((entry) => entry !== '');
  if (named.length < entries.length) return `has an empty entry; write ${named.join(',')}`;
  if (named.some((entry) => /\s/.test(entry))) {
    return `has spaces inside an entry; write ${text
      .trim()
      .split(/[\s,]+/)
      .join(',')}`;
  }
  return entries.map(entryFault).find((fault) => fault !== undefined);
}

const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;
const LABEL = '[a-z\\d](?:[a-z\\d-]*[a-z\\d])?';
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'i');
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+[a-z](?:[a-z\\d-]*[a-z\\d])?$`);

function domainFault(text: string): Fault {
  const rest = text.replace(SCHEME, '');
  const [written = ''] = rest.split('/', 1);
  const path = rest.slice(written.length);
  const domain = written.toLowerCase();
  const extras = [
    rest !== text && 'a scheme',
    path === '/' ? 'a trailing slash' : path !== '' && 'a path',
    domain !== written && 'capital letters',
  ].filter((extra) => extra !== false);
  if (!DOMAIN.test(domain)) {
    return (
      `is no domain name; write the domain of your tenant, such as ${SAMPLE_DOMAIN}, ` +
      'or an issuer that is no Auth0 tenant into ISSUER_BASE_URL'
    );
  }
  return extras.length > 0 ? `has ${extras.join(' and ')}; write ${domain}` : undefined;
}

function issuerFault(text: string): Fault {
  if (!SCHEME.test(text)) {
    const host = text.replace(/[/:].*$/s, '');
    return `has no scheme; write ${isLoopback(host) ? 'http' : 'https'}://${text}`;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    return `is no https URL; write the issuer's identifier, such as https://${SAMPLE_DOMAIN}/`;
  }
  if (url.username !== '' || url.password !== '') return 'has a user in it; write it without';
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) {
    return `has a query or a fragment; write ${text.replace(/[?#].*$/s, '')}`;
  }
  if (text.endsWith(DISCOVERY_PATH)) {
    return `is the address of the discovery document; write ${text.slice(0, -DISCOVERY_PATH.length)}`;
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return (
      `is http: to another machine, where its keys could be replaced on the way; ` +
      `write ${text.replace(/^http/i, 'https')}`
    );
  }
  return undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function portFault(text: string): Fault {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
    ? undefined
    : 'is no port; write a whole number from 1 to 65535, such as 3001, or 0 for any free port';
}

function hostFault(text: string): Fault {
  const host = text
    .replace(SCHEME, '')
    .replace(/\/.*$/s, '')
    .replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^([^:]*):\d+$/, '$1');
  if (isIP(host) === 0 && !HOST_NAME.test(host)) {
    return 'is no address to listen on; write one, such as 127.0.0.1, or nothing for all interfaces';
  }
  return host === text ? undefined : `is more than an address; write ${host}`;
}

function originFault(entry: string): Fault {
  if (entry === '*') {
    return `has *, which lets every site in; write exact origins, such as ${SAMPLE_ORIGIN}`;
  }
  const url = SCHEME.test(entry) && URL.canParse(entry) ? new URL(entry) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    return `has an entry that is no origin; write scheme, host and port, such as ${SAMPLE_ORIGIN}`;
  }
  return url.origin === entry
    ? undefined
    : `has an entry that is not exactly an origin, which is scheme, host and port; write ${url.origin}`;
}

function signingSecretFault(text: string): Fault {
  const bytes = Buffer.byteLength(text);
  return bytes >= MIN_SECRET_BYTES
    ? undefined
    : `has ${bytes} bytes, and HS256 needs at least ${MIN_SECRET_BYTES}; write a longer secret, ` +
        'or let the API be signed with RS256 and write none';
}

function databaseFault(text: string): Fault {
  return /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)
    ? undefined
    : 'is no PostgreSQL URL; write postgresql://USER:PASSWORD@HOST:5432/DATABASE, ' +
        'special characters of the password percent-encoded';
}

function switchFault(text: string): Fault {
  return text === 'on' || text === 'off' ? undefined : 'is no switch; write on or off';
}

function levelFault(text: string): Fault {
  return (LOG_LEVELS as readonly string[]).includes(text)
    ? undefined
    : `is no level; write one of ${LOG_LEVELS.join(', ')}`;
}
