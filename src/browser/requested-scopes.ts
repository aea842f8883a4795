import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { AccessRules } from '../auth/index.js';
import { browserConfig } from '../config/browser.config.js';

/**
 * For the profile of the person who logs in, and for a refresh token: browsers that block
 * third-party cookies cannot renew an access token in a frame.
 */
const LOGIN_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/**
 * The scopes that a login on the pages and in the API reference requests. A tenant without RBAC
 * grants whatever is requested, so administration is left out unless it is configured.
 */
@Injectable()
export class RequestedScopes {
  constructor(
    private readonly rules: AccessRules,
    @Inject(browserConfig.KEY) private readonly config: ConfigType<typeof browserConfig>,
  ) {}

  /** `AUTH0_CLIENT_SCOPES`, or every scope that a route requires except those of administrators. */
  get ofApi(): string[] {
    if (this.config.clientScopes !== undefined) return this.config.clientScopes;
    const required = this.rules.all().flatMap(({ rule }) => rule.scopes);
    const scopes = required.flatMap((requirement) => requirement.scopes).toSorted();
    return [...new Set(scopes)].filter((scope) => !scope.endsWith(':admin'));
  }

  /** The parameter `scope` of the login. */
  get text(): string {
    return [...new Set([...LOGIN_SCOPES, ...this.ofApi])].join(' ');
  }
}
