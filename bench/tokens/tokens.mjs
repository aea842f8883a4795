import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDpopKey, createTestKey } from '../../dist/auth/testing/index.js';
import { mint } from './mint.mjs';

const HOUR = 3600;

/** What the proofs are for. */
const PROVEN = { method: 'GET', url: 'http://localhost:3001/api/private-scoped' };

const LENGTH = 14 * 1024;

/** JSON that makes a token of about 12 KiB. */
const HOSTILE_VALUES = [
  '['.repeat(4000) + ']'.repeat(4000),
  '{"a":'.repeat(1300) + '1' + '}'.repeat(1300),
  '['.repeat(8000),
  `[${Array(1600).fill('1e-99').join(',')}]`,
  `"${String.raw`\u0041`.repeat(1300)}"`,
];

/** Texts that are not tokens. */
const HOSTILE_TEXTS = [
  'A'.repeat(LENGTH),
  '.'.repeat(LENGTH),
  `a${' '.repeat(LENGTH)}b`,
  `a${'='.repeat(LENGTH)}b`,
  'a='.repeat(LENGTH / 2),
  `${'a'.repeat(LENGTH)}!`,
  'Bearer '.repeat(LENGTH / 7),
];

const base64url = (text) => Buffer.from(text).toString('base64url');

/** Clients that use DPoP. */
const CLIENTS = 200;

/** Writes token files. Like Auth0's for single-page applications, a token has 900 characters. */
export class Tokens {
  /** @param {import('../../dist/auth/testing/index.js').TestIssuer} issuer */
  constructor(issuer, directory) {
    this.issuer = issuer;
    this.directory = directory;
  }

  /**
   * Valid tokens, each with its own subject.
   *
   * @param {string} name
   * @param {number} count
   * @param {object} [options]
   * @param {string} [options.alg]
   * @param {number} [options.clients] number of applications
   * @param {string} [options.scope] scope of the API
   */
  async good(name, count, { alg = 'RS256', clients, scope } = {}) {
    const key = this.issuer.keys.find((candidate) => candidate.alg === alg);
    return this.write(name, count, { key, clients, scope });
  }

  /** Tokens of 200 clients that use DPoP, in rotation, each with a new proof. */
  async proven(name, count) {
    this.clients ??= await Promise.all(Array.from({ length: CLIENTS }, () => this.createClient()));
    const lines = Array.from({ length: count }, (_, index) => {
      const { key, token } = this.clients[index % CLIENTS];
      return `${token} ${key.proof({ ...PROVEN, token })}`;
    });
    const file = join(this.directory, `${name}.txt`);
    await writeFile(file, `${lines.join('\n')}\n`);
    return file;
  }

  async createClient() {
    const key = await createDpopKey();
    const claims = { scope: 'openid profile email read:messages', jti: randomUUID() };
    return { key, token: this.issuer.mint({ ...claims, cnf: { jkt: key.jkt } }) };
  }

  /** Tokens that expired an hour ago. */
  async expired(name, count) {
    const { key } = this.issuer;
    return this.write(name, count, { key, issuedAgo: 2 * HOUR });
  }

  /** Tokens that name a key of the issuer but are signed with another key. */
  async forged(name, count) {
    const { kid, alg } = this.issuer.key;
    return this.write(name, count, { key: await createTestKey(alg, kid) });
  }

  /** What follows `Bearer `: unsigned tokens and other text, each as long as a header may be. */
  async hostile(name) {
    const file = join(this.directory, `${name}.txt`);
    const { kid, alg } = this.issuer.key;
    const header = base64url(JSON.stringify({ alg, kid, typ: 'JWT' }));
    const start = `{"iss":${JSON.stringify(this.issuer.url)},"x":`;
    const tokens = HOSTILE_VALUES.map(
      (value) => `${header}.${base64url(`${start}${value}}`)}.${'A'.repeat(342)}`,
    );
    await writeFile(file, [...tokens, ...HOSTILE_TEXTS].join('\n'));
    return file;
  }

  async write(name, count, { key, clients = 1, issuedAgo = 0, scope = 'read:messages' }) {
    const file = join(this.directory, `${name}.txt`);
    const applications = Array.from({ length: clients }, () =>
      randomBytes(24).toString('base64url'),
    );
    const iat = Math.floor(Date.now() / 1000) - issuedAgo;
    const payloads = Array.from({ length: count }, (_, index) => ({
      iss: this.issuer.url,
      sub: `auth0|${randomBytes(12).toString('hex')}`,
      aud: [this.issuer.audience, `${this.issuer.url}userinfo`],
      iat,
      exp: iat + HOUR,
      scope: `openid profile email ${scope}`,
      jti: randomUUID(),
      azp: applications[index % clients],
    }));
    const header = { alg: key.alg, typ: 'JWT', kid: key.kid };
    await mint(file, { header, payloads, key: key.privateKey });
    return file;
  }
}
