import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AccessRules } from '../auth/index.js';

/** For the profile of who logs in, and for renewing tokens where browsers keep the issuer's cookies out of frames. */
const OF_THE_PERSON = ['openid', 'profile', 'email', 'offline_access'];

/** Every scope that a route of this API asks for: an issuer grants of them what the person may have. */
@Injectable()
export class RequestedScopes implements OnModuleInit {
  /** As the parameter `scope` of a login. */
  text = '';

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly rules: AccessRules,
  ) {}

  /** Read once, from the decorators that the guards read: they do not change afterwards. */
  onModuleInit(): void {
    const scopes = this.discovery
      .getControllers()
      .flatMap(({ metatype }) => this.scopesOf(metatype as { prototype: Record<string, object> }));
    this.text = [...new Set([...OF_THE_PERSON, ...scopes.toSorted()])].join(' ');
  }

  private scopesOf(controller: { prototype: Record<string, object> }): string[] {
    return this.scanner
      .getAllMethodNames(controller.prototype)
      .flatMap((name) => this.rules.of(controller, controller.prototype[name]!).scopes)
      .flatMap(({ scopes }) => scopes);
  }
}
