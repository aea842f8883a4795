import { generateKeyPairSync } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { AccessTokenVerifier } from '../access-token.verifier.js';
import type { ResolvedAuthOptions } from '../auth.options.js';
import { dpopKeyOf } from './dpop-key.js';

/** How an application wants to get its tokens. */
interface TokenSender {
  /** The claim that its tokens need. */
  readonly cnf?: { readonly jkt: string };
  /** Headers for one request. */
  headersFor(request: { method: string; path: string; token: string }): Record<string, string>;
}

/** Sends bearer tokens, and to an application that requires DPoP bound ones with a proof. */
export function senderOf(
  app: INestApplication,
  { dpop, publicUrl }: ResolvedAuthOptions,
): TokenSender {
  if (dpop.mode !== 'required') {
    return { headersFor: ({ token }) => ({ authorization: `Bearer ${token}` }) };
  }
  const key = dpopKeyOf({ alg: 'ES256', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) });
  const verifier = app.get(AccessTokenVerifier);
  return {
    cnf: { jkt: key.jkt },
    headersFor: ({ method, path, token }) => ({
      authorization: `DPoP ${token}`,
      dpop: key.proof({ method, url: publicUrl + path, token, nonce: verifier.dpop?.nonce }),
    }),
  };
}
