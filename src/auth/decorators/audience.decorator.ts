import { isScopeToken } from '../refusals/challenge.js';
import { type RouteDecorator, routeName, type RouteTarget, writeMetadata } from './requirement.js';

/** Metadata of {@link Audience}. */
export const AUDIENCE = Symbol('auth:audience');

/** A path of a resource: its metadata have a route of their own (RFC 9728 §3.1). */
export const RESOURCE_PATH = /^(\/[\w.~-]+)+$/;

/** What `@Audience()` says about its target. */
export interface AudienceSetting extends Required<AudienceOptions> {
  /** As written: an audience, or a path. */
  readonly audience: string;
}

export interface AudienceOptions {
  /**
   * Scopes that the handlers themselves require, such as those of tools. They are added to those of
   * `@Scopes()` in the metadata of the resource (RFC 9728 §2).
   * @default []
   */
  scopesSupported?: readonly string[];
  /**
   * Scopes to request first: `scope` of the challenge for a request without a token (RFC 6750 §3).
   * @default []: the challenge has no `scope`
   */
  challengeScopes?: readonly string[];
}

/**
 * Makes a controller, or one of its methods, a resource of its own: it accepts access tokens for
 * this audience, and none for those of the module. The other routes do not accept tokens for it,
 * unless a token is for both. A token that is for another audience gets 401 `audience_mismatch`.
 *
 * With the option `publicUrl`, a resource below that URL has metadata of its own (RFC 9728 §3.1),
 * and its challenges name them.
 *
 * @param audience as in the claim `aud`, such as `https://api.example.com/mcp`. A path, such as
 * `/mcp`, counts from `publicUrl`. The one on a method replaces that of its controller.
 * @throws TypeError when applied, if the audience is empty or a path that is not plain, or a scope
 * cannot be sent in a challenge.
 *
 * @example @Audience('/mcp', { scopesSupported: ['read:messages'] })
 */
export const Audience =
  (audience: string, options: AudienceOptions = {}): RouteDecorator =>
  (on: object, method?: string | symbol) => {
    const target: RouteTarget = { on, method };
    const fail = (problem: string): never => {
      throw new TypeError(`@Audience() on ${routeName(target)}: ${problem}.`);
    };
    if (typeof audience !== 'string' || audience === '') fail('the audience must be a string');
    if (audience.startsWith('/') && !RESOURCE_PATH.test(audience)) {
      fail('a path must be like /mcp: letters, digits, - . _ and ~ between slashes');
    }
    const { scopesSupported = [], challengeScopes = [] } = options;
    for (const [name, scopes] of Object.entries({ scopesSupported, challengeScopes })) {
      const isList = Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string');
      if (!isList || !scopes.every(isScopeToken)) fail(`${name} must be an array of scopes`);
    }
    const setting: AudienceSetting = { audience, scopesSupported, challengeScopes };
    writeMetadata(AUDIENCE, setting, target);
  };
