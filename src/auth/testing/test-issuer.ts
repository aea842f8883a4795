import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSecretKey, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { IssuerOptions } from '../auth.options.js';
import { type Segment, signCompactJws } from './compact-jws.signer.js';
import { type Fault, FAULTS } from './faults.js';
import { overrideOptions, type TestingModuleBuilder } from './override-options.js';
import { createTestKey, releaseTestKeys, type TestKey, type TestKeyAlgorithm } from './test-key.js';

const DISCOVERY_PATH = '/.well-known/openid-configuration';
const JWKS_PATH = '/.well-known/jwks.json';
const LIFETIME_SEC = 3600;

export interface TestIssuerOptions {
  /** Audience of the tokens it mints. @default 'https://api.example.com' */
  audience?: string;
  /** Algorithms it has a key for; the first is that of `mint()`. @default ['RS256'] */
  algorithms?: readonly [TestKeyAlgorithm, ...TestKeyAlgorithm[]];
  /** Signs with HS256 and this, for the option `secret`, and publishes no key. */
  secret?: string;
  /**
   * Mints tokens of the JWT profile (RFC 9068): with `typ` `at+jwt`, `client_id` and `jti`.
   * @default the `profile` of an application that {@link TestIssuer.useFor} connects
   */
  profile?: 'rfc9068';
  /** Milliseconds since 1970, for `iat` and `exp`. @default Date.now */
  now?: () => number;
}

const openIssuers = new Set<TestIssuer>();

/** The test issuer with this URL. */
export function findTestIssuer(url: string): TestIssuer | undefined {
  return [...openIssuers].find((issuer) => issuer.url === url);
}

/** Starts an issuer for tests, on a loopback port of its own. Close it when the tests are done. */
export async function createTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const issuer = new TestIssuer(options);
  await issuer.open();
  return issuer;
}

/**
 * An authorization server for e2e tests, in the test's own process: it publishes a discovery
 * document and a JWK Set over HTTP, mints access tokens with real signatures, rotates its keys, and
 * fails on demand.
 */
export class TestIssuer {
  /** How often each document was asked for, faulty answers included. */
  readonly fetches = { discovery: 0, jwks: 0 };

  /** Keys it signs with, one per algorithm. */
  keys: TestKey[] = [];

  /** Members of the JWK Set; a test may put anything here. */
  published: JsonWebKey[] = [];

  readonly audience: string;
  private readonly algorithms: readonly TestKeyAlgorithm[];
  private readonly secret?: KeyObject;
  private profile?: 'rfc9068';
  private readonly now: () => number;
  private readonly server = createServer((request, response) => this.answer(request, response));
  private fault?: RequestListener;
  /** All keys that it ever had. */
  private readonly created: TestKey[] = [];

  constructor(options: TestIssuerOptions = {}) {
    this.audience = options.audience ?? 'https://api.example.com';
    this.algorithms = options.secret === undefined ? (options.algorithms ?? ['RS256']) : [];
    if (options.secret !== undefined) this.secret = createSecretKey(Buffer.from(options.secret));
    this.profile = options.profile;
    this.now = options.now ?? Date.now;
  }

  /** Makes the keys and listens. */
  async open(): Promise<void> {
    await this.rotate();
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    openIssuers.add(this);
  }

  /** Its identifier, for the option `issuer`: ends with a slash, as Auth0's do. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Where its keys are, for the option `jwksUri`. */
  get jwksUri(): string {
    return this.url + JWKS_PATH.slice(1);
  }

  /** The public keys as PEM or JWK are in here. */
  get key(): TestKey {
    return this.keys[0]!;
  }

  /**
   * Makes an application trust this issuer and no other: replaces issuer, keys and audience in the
   * options of its `AuthModule` and keeps the others. The issuer of the application is not asked.
   *
   * @param builder what `Test.createTestingModule({ imports: [AppModule] })` returns.
   * @returns the builder.
   */
  useFor<Builder extends TestingModuleBuilder>(builder: Builder): Builder {
    overrideOptions(builder, ({ profile }) => {
      this.profile ??= profile;
      return this.options();
    });
    return builder;
  }

  /**
   * Mints an access token that is accepted as it is: by default for `audience`, of the subject
   * `auth0|test`, valid for an hour, without scopes.
   *
   * @param claims added to the defaults, or put in their place; `undefined` takes one away.
   * @param header the same for the header. It is signed with the key for its `alg`.
   */
  mint(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
    const iat = Math.floor(this.now() / 1000);
    const key = this.keys.find(({ alg }) => alg === header.alg) ?? this.keys[0];
    const isProfile = this.profile === 'rfc9068';
    return this.sign(
      { alg: key?.alg ?? 'HS256', typ: isProfile ? 'at+jwt' : 'JWT', kid: key?.kid, ...header },
      {
        iss: this.url,
        sub: 'auth0|test',
        aud: this.audience,
        iat,
        exp: iat + LIFETIME_SEC,
        ...(isProfile && { client_id: 'test', jti: randomUUID() }),
        ...claims,
      },
    );
  }

  /** Signs any header and payload, even broken ones, with the key for the header's `alg`. */
  sign(header: Segment, payload: Segment): string {
    const { alg } = header as { alg?: unknown };
    if (this.secret) return signCompactJws(header, payload, this.secret, alg ?? 'HS256');
    const key = this.keys.find((candidate) => candidate.alg === alg) ?? this.key;
    return signCompactJws(header, payload, key.privateKey, alg ?? key.alg);
  }

  /**
   * Signs with new keys from now on.
   *
   * @param options.withdraw takes the old ones out of the JWK Set at once. @default false
   */
  async rotate(options: { withdraw?: boolean } = {}): Promise<void> {
    this.keys = await Promise.all(this.algorithms.map((alg) => createTestKey(alg)));
    this.created.push(...this.keys);
    const old = options.withdraw ? [] : this.published;
    this.published = [...this.keys.map(({ jwk }) => jwk), ...old];
  }

  /** Answers every request with a fault, or with a listener, until {@link recover}. */
  fail(fault: Fault | RequestListener): void {
    this.fault = typeof fault === 'string' ? FAULTS[fault] : fault;
  }

  /** Answers as it should again. */
  recover(): void {
    this.fault = undefined;
  }

  async close(): Promise<void> {
    openIssuers.delete(this);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    releaseTestKeys(this.created.splice(0));
  }

  private options(): IssuerOptions {
    const { url: issuer, audience, jwksUri, algorithms } = this;
    return this.secret
      ? { issuer, audience, secret: this.secret.export().toString() }
      : { issuer, audience, jwksUri, algorithms };
  }

  private readonly answer: RequestListener = (request, response) => {
    if (request.url === DISCOVERY_PATH) this.fetches.discovery += 1;
    if (request.url === JWKS_PATH) this.fetches.jwks += 1;
    if (this.fault) {
      this.fault(request, response);
      return;
    }
    const document = this.document(request.url);
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  };

  private document(path: string | undefined): object | undefined {
    if (path === DISCOVERY_PATH) return { issuer: this.url, jwks_uri: this.jwksUri };
    return path === JWKS_PATH ? { keys: this.published } : undefined;
  }
}
