import { AUDIENCE, type AudienceSetting } from './audience.decorator.js';
import { CLAIM_REQUIREMENTS, type ClaimRequirement } from './claim.decorator.js';
import {
  hasOwnMark,
  OPTIONAL_AUTH,
  PROTECTED,
  PUBLIC,
  PUBLIC_REASON,
  readMetadata,
  routeName,
  type RouteTarget,
} from './requirement.js';
import { SCOPE_REQUIREMENTS, type ScopeRequirement } from './scopes.decorator.js';
import { STEP_UP_REQUIREMENTS, type StepUpRequirement } from './step-up.decorator.js';

/** The decorators on one target. */
export interface Decorators {
  readonly opens?: 'public' | 'optional';
  readonly reason?: string;
  /** Whether a token is required explicitly. */
  readonly closes: boolean;
  readonly audience?: AudienceSetting;
  readonly scopes: readonly ScopeRequirement[];
  readonly claims: readonly ClaimRequirement[];
  readonly stepUp: readonly StepUpRequirement[];
}

/**
 * The decorators of this module on a controller or a method.
 *
 * @throws Error that names the target, when they contradict each other.
 */
export function readDecorators(target: RouteTarget): Decorators {
  const name = routeName(target);
  const scopes = (readMetadata(SCOPE_REQUIREMENTS, target) ?? []) as ScopeRequirement[];
  const claims = (readMetadata(CLAIM_REQUIREMENTS, target) ?? []) as ClaimRequirement[];
  const stepUp = (readMetadata(STEP_UP_REQUIREMENTS, target) ?? []) as StepUpRequirement[];
  const audience = readMetadata(AUDIENCE, target) as AudienceSetting | undefined;
  const isPublic = hasOwnMark(PUBLIC, target);
  const isOptional = hasOwnMark(OPTIONAL_AUTH, target);
  const isProtected = readMetadata(PROTECTED, target) === true;
  if (isPublic && isOptional) {
    throw new Error(`${name} has both @Public() and @OptionalAuth(): keep one of them.`);
  }
  if (scopes.some((requirement) => requirement.scopes.length === 0)) {
    throw new Error(`${name} has a @Scopes() or @Permissions() without a scope: name one.`);
  }
  const closes =
    isProtected || audience !== undefined || scopes.length + claims.length + stepUp.length > 0;
  if ((isPublic || isOptional) && closes) {
    const opener = isPublic ? '@Public()' : '@OptionalAuth()';
    throw new Error(
      `${name} has ${opener} together with @Protected(), @Scopes(), @Permissions(), @Claim(), ` +
        '@StepUp() or @Audience(): a route is either open or protected.',
    );
  }
  const opens = isPublic ? 'public' : isOptional ? 'optional' : undefined;
  const reason = isPublic ? (readMetadata(PUBLIC_REASON, target) as string | undefined) : undefined;
  return { opens, reason, closes, audience, scopes, claims, stepUp };
}
