import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AccessRules } from '../access-rules.js';
import { readDecorators } from '../decorators/read-decorators.js';
import { AccessTokenGuard } from '../guards/access-token.guard.js';
import { ClaimsGuard } from '../guards/claims.guard.js';
import { ScopesGuard } from '../guards/scopes.guard.js';
import { StepUpGuard } from '../guards/step-up.guard.js';
import { GATEWAY, GUARDS, SUBSCRIBED_MESSAGE } from '../nest-metadata.js';
import { classesOf } from '../provided-classes.js';

const HOOKS = ['afterInit', 'handleConnection', 'handleDisconnect'];

const REQUIRED = [AccessTokenGuard, ScopesGuard, ClaimsGuard];

/** Prevents the start where a requirement of a gateway would have no effect. */
@Injectable()
export class Gateways implements OnModuleInit {
  constructor(
    private readonly rules: AccessRules,
    private readonly config: ApplicationConfig,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const isNest11 = !('registerPreRequestHook' in this.config);
    for (const provided of classesOf(this.discovery.getProviders())) {
      if (!Reflect.hasMetadata(GATEWAY, provided)) continue;
      this.checkHooks(provided);
      if (isNest11) this.check(provided);
    }
  }

  /** Nest runs no guard before these, so a requirement on them would have no effect. */
  private checkHooks(gateway: Type): void {
    for (const hook of HOOKS) {
      if (!readDecorators({ on: gateway.prototype as object, method: hook }).closes) continue;
      throw new Error(
        `${gateway.name}.${hook} requires something, but Nest runs no guards there. Put the ` +
          'decorator on the messages.',
      );
    }
  }

  private check(gateway: Type): void {
    const methods = gateway.prototype as Readonly<Record<string, Function>>;
    for (const name of this.scanner.getAllMethodNames(methods)) {
      const handler = methods[name]!;
      if (!Reflect.hasMetadata(SUBSCRIBED_MESSAGE, handler)) continue;
      const rule = this.rules.of(gateway, handler);
      if (this.rules.isOpen(rule, 'ws')) continue;
      const guards = [...guardsOf(gateway), ...guardsOf(handler)];
      const required = rule.stepUp.length > 0 ? [...REQUIRED, StepUpGuard] : REQUIRED;
      if (required.every((Guard) => guards.some((guard) => isOf(guard, Guard)))) continue;
      throw new Error(
        `${gateway.name} is not protected: Nest 11 runs no global guards on gateways. Add ` +
          `@UseGuards(${required.map(({ name: guard }) => guard).join(', ')}) to it.`,
      );
    }
  }
}

const guardsOf = (target: object) => (Reflect.getMetadata(GUARDS, target) ?? []) as unknown[];

function isOf(guard: unknown, Guard: Function): boolean {
  return guard === Guard || (guard as Partial<Type>).prototype instanceof Guard;
}
