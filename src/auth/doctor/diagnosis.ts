import type { AuthErrorCode } from '../refusals/auth.errors.js';

/** One thing that the doctor has examined. */
export interface Step {
  /** What it belongs to: the configuration, an issuer, the token, or the route. */
  readonly section: 'configuration' | 'issuer' | 'token' | 'route';
  readonly name: string;
  /** `skipped`: not reached, not needed, or not known. Only `failed` sets the exit code to 1. */
  readonly status: 'ok' | 'failed' | 'warning' | 'skipped';
  /** The issuer that a step of the section `issuer` is about. */
  readonly issuer?: string;
  /** The `code` with which the API refuses the token. */
  readonly code?: AuthErrorCode;
  readonly expected?: string;
  readonly actual?: string;
  /** More about it, one sentence each. */
  readonly details?: readonly string[];
  /** What to do. */
  readonly advice?: string;
}

/** What a token says about itself, without any verification. */
export interface ClaimedToken {
  readonly alg?: string;
  readonly typ?: string;
  readonly kid?: string;
  readonly iss?: string;
  readonly aud?: string;
  /** In ISO 8601. */
  readonly exp?: string;
  readonly azp?: string;
  /** Granted by the claims in the option `grantClaims`. */
  readonly scopes?: string;
}

export interface Diagnosis {
  /** Whether no step has failed. */
  readonly ok: boolean;
  /** The result in one sentence. */
  readonly verdict: string;
  readonly steps: readonly Step[];
  readonly token?: ClaimedToken;
}

/** How the user of a command writes the options that the advice names. */
export interface Settings {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: string;
  readonly secret: string;
  readonly grantClaims: string;
  /** Why the doctor cannot know what the application has revoked. @default it asks `isRevoked` */
  readonly revocation?: string;
}

export const OPTION_NAMES: Settings = {
  issuer: 'the option issuer',
  audience: 'the option audience',
  algorithms: 'the option algorithms',
  secret: 'the option secret',
  grantClaims: 'the option grantClaims',
};
