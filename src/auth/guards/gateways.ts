import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AccessRules } from '../access-rules.js';
import { AccessTokenGuard } from './access-token.guard.js';
import { ClaimsGuard } from './claims.guard.js';
import { ScopesGuard } from './scopes.guard.js';

/** Metadata of `@WebSocketGateway()`, `@SubscribeMessage()` and `@UseGuards()`. */
const GATEWAY = 'websockets:is_gateway';
const MESSAGE = 'websockets:message_mapping';
const GUARDS = '__guards__';

const REQUIRED = [AccessTokenGuard, ScopesGuard, ClaimsGuard];

/** Prevents the start when nothing guards a gateway: Nest 11 runs no global guards there. */
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
    if (!isNest11) return;
    for (const { metatype, isNotMetatype } of this.discovery.getProviders()) {
      if (!isNotMetatype && Reflect.hasMetadata(GATEWAY, metatype!)) this.check(metatype as Type);
    }
  }

  private check(gateway: Type): void {
    const methods = gateway.prototype as Readonly<Record<string, Function>>;
    for (const name of this.scanner.getAllMethodNames(methods)) {
      const handler = methods[name]!;
      if (!Reflect.hasMetadata(MESSAGE, handler)) continue;
      const rule = this.rules.of(gateway, handler);
      if (rule.access === 'public' && rule !== this.rules.unmarked) continue;
      const guards = [...guardsOf(gateway), ...guardsOf(handler)];
      if (REQUIRED.every((Guard) => guards.some((guard) => isOf(guard, Guard)))) continue;
      throw new Error(
        `${gateway.name} is not protected: Nest 11 runs no global guards on gateways. Add ` +
          '@UseGuards(AccessTokenGuard, ScopesGuard, ClaimsGuard) to it.',
      );
    }
  }
}

const guardsOf = (target: object) => (Reflect.getMetadata(GUARDS, target) ?? []) as unknown[];

function isOf(guard: unknown, Guard: Function): boolean {
  return guard === Guard || (guard as Partial<Type>).prototype instanceof Guard;
}
