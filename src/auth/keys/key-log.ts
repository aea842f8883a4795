import { Logger } from '@nestjs/common';
import type { KeySet, SigningKey } from './key-set.js';

const logger = new Logger('IssuerKeys');

/** Logs a fetched key set, compared with what was known before. */
export function logLoaded(
  { issuer, set }: { issuer: string; set: KeySet },
  before: { issuer: string; set: KeySet | undefined; failed: boolean },
): void {
  if (issuer !== before.issuer) {
    logger.warn(
      `The discovery document of ${before.issuer} calls the issuer ${issuer}: iss must equal it.`,
    );
  }
  const names = set.keys.map(nameOf).join(', ');
  const known = before.set?.keys.map(nameOf).join(', ');
  if (before.failed) logger.log(`The signing keys of ${issuer} are available again.`);
  if (names !== known) logger.log(`Loaded the signing keys of ${issuer}: ${names}`);
}

/** Logs a failed fetch. @param ageMs age of the set that stays in use; undefined without one. */
export function logFailure(issuer: string, error: Error, ageMs: number | undefined): void {
  const consequence =
    ageMs === undefined
      ? 'tokens are answered with 503'
      : `the keys fetched ${Math.round(ageMs / 1000)} s ago stay in use`;
  logger.error(`Cannot fetch the signing keys of ${issuer}; ${consequence}: ${reasonOf(error)}`);
}

/** The innermost cause, which names the network error. Some of Node's errors have a code only. */
function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || error.code || error.name;
}

function nameOf({ kid, algorithms }: SigningKey): string {
  return `${kid ?? 'no kid'} (${algorithms.join(' ')})`;
}
