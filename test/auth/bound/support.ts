import { Controller, Get, Post } from '@nestjs/common';
import { AccessToken, OptionalAuth, Public, Scopes } from '../../../src/auth/index.js';
import type { DpopKey, TestIssuer } from '../../../src/auth/testing/index.js';
import type { Answer, Ask } from '../../support/http.js';

export const PUBLIC_URL = 'https://api.example.com';
export const ALGS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 Ed25519 EdDSA';

/** With the prefix `api`. */
@Controller('cats')
export class CatsController {
  @Get()
  list(@AccessToken('sub') sub: string) {
    return { sub };
  }

  @Get('named/:name')
  named(@AccessToken('sub') sub: string) {
    return { sub };
  }

  @Post()
  @Scopes('write:cats')
  add() {
    return {};
  }

  @Get('greeting')
  @OptionalAuth()
  greeting(@AccessToken('sub') sub?: string) {
    return { sub: sub ?? null };
  }

  @Get('open')
  @Public()
  open() {
    return {};
  }
}

/** What a test changes about a request that would be accepted. */
export interface Changes {
  method?: string;
  path?: string;
  token?: string;
  nonce?: string;
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

/** A client with a key, and a token that is bound to it. */
export class DpopClient {
  readonly token: string;

  constructor(
    readonly key: DpopKey,
    issuer: TestIssuer,
    private readonly ask: (method: string, path: string, ask?: Ask) => Promise<Answer>,
    claims: Record<string, unknown> = {},
  ) {
    this.token = issuer.mint({ cnf: { jkt: key.jkt }, exp: 1e10, ...claims });
  }

  proof({ method = 'GET', path = '/api/cats', token = this.token, ...others }: Changes = {}) {
    return this.key.proof({ method, url: PUBLIC_URL + path, token, ...others });
  }

  /** Sends a request with a new proof. */
  send(changes: Changes = {}): Promise<Answer> {
    return this.sendWith(this.proof(changes), changes);
  }

  /** Sends a request with this proof, or with these. */
  sendWith(proofs: string | readonly string[], changes: Changes = {}): Promise<Answer> {
    const { method = 'GET', path = '/api/cats', token = this.token } = changes;
    const headers = [proofs].flat().flatMap((proof) => ['DPoP', proof]);
    const authorization = ['Authorization', `DPoP ${token}`, 'Content-Length', '0'];
    return this.ask(method, path, { headers: [...authorization, ...headers] });
  }
}
