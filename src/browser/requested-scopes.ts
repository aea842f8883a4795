import { Injectable } from '@nestjs/common';
import { AccessRules } from '../auth/index.js';

/**
 * For the profile of the person who logs in, and for a refresh token: browsers that block
 * third-party cookies cannot renew an access token in a frame.
 */
const LOGIN_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** The scopes that the browser client requests. The issuer grants what the person may have. */
@Injectable()
export class RequestedScopes {
  constructor(private readonly rules: AccessRules) {}

  /** The `scope` parameter of the login: every scope that a route requires. */
  get text(): string {
    const required = this.rules.all().flatMap(({ rule }) => rule.scopes);
    const scopes = required.flatMap((requirement) => requirement.scopes).toSorted();
    return [...new Set([...LOGIN_SCOPES, ...scopes])].join(' ');
  }
}
