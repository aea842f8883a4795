import { randomUUID } from 'node:crypto';
import { createTestIssuer, createTestKey, signCompactJws } from '../../dist/auth/testing/index.js';

const AUDIENCE = 'https://api.example.com';
const HOUR_SEC = 3600;
const SCOPE = 'read:messages write:messages';

/** Tokens in use at a time. */
const WARM_TOKENS = 20;

/** A new token takes the place of an old one at every so many requests. */
const NEW_TOKEN_EVERY = 10;

/** The access tokens of the clients, and tokens that must be refused. */
export class Tokens {
  static async create() {
    const issuer = await createTestIssuer({ audience: AUDIENCE });
    const foreignKey = await createTestKey('RS256');
    return new Tokens(issuer, foreignKey);
  }

  constructor(issuer, foreignKey) {
    this.issuer = issuer;
    this.foreignKey = foreignKey;
    this.signingKeys = [issuer.key];
    this.good = Array.from({ length: WARM_TOKENS }, (_, index) => this.mint(index));
    this.requests = 0;
    this.badRequests = 0;
    this.isAttacked = true;
    const now = () => Math.floor(Date.now() / 1000);
    const { alg, kid } = issuer.key;
    const forge = (header) =>
      signCompactJws({ alg, kid, typ: 'JWT', ...header }, this.claims(0), foreignKey.privateKey);
    const mint = (claims, header) => issuer.mint({ scope: SCOPE, ...claims }, header);
    /** Refused by what they are. */
    this.wrong = {
      expired: () => mint({ exp: now() - HOUR_SEC }),
      'for another audience': () => mint({ aud: 'https://other.example.com' }),
      'of another issuer': () => mint({ iss: 'https://other.example.com/' }),
      unsigned: () => mint({}, { alg: 'none' }),
      'an ID token': () => mint({ nonce: randomUUID() }),
    };
    /** The API may ask the issuer for its keys before it refuses these. */
    this.forged = {
      'signed with another key': () => forge({}),
      'signed with an unknown key': () => forge({ kid: randomUUID() }),
    };
  }

  /** The token of the next request. */
  next() {
    const index = this.requests++ % WARM_TOKENS;
    if (this.requests % NEW_TOKEN_EVERY === 0) this.good[index] = this.mint(this.requests);
    return this.good[index];
  }

  /** The next bad token, and what is wrong with it. */
  nextBad() {
    const kinds = Object.entries({ ...this.wrong, ...(this.isAttacked ? this.forged : {}) });
    const [fault, make] = kinds[this.badRequests++ % kinds.length];
    return { fault, token: make() };
  }

  /** A token that is signed with the newest key. */
  newest() {
    return this.issuer.mint({ scope: SCOPE });
  }

  /** New tokens are signed with the old and the new key in turn; both are published. */
  async rotate() {
    await this.issuer.rotate();
    this.signingKeys.push(this.issuer.key);
  }

  mint(number, claims = {}) {
    const key = this.signingKeys.at(-1 - (number % Math.min(2, this.signingKeys.length)));
    const header = { alg: key.alg, typ: 'JWT', kid: key.kid };
    return signCompactJws(header, { ...this.claims(number), ...claims }, key.privateKey);
  }

  claims(number) {
    const iat = Math.floor(Date.now() / 1000);
    const { url: iss, audience: aud } = this.issuer;
    const sub = `auth0|${number % WARM_TOKENS}`;
    return { iss, aud, sub, iat, exp: iat + HOUR_SEC, scope: SCOPE, jti: randomUUID() };
  }
}
