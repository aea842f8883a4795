import {
  ConfigurableModuleBuilder,
  Logger,
  Module,
  type NestModule,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, DiscoveryService, ModulesContainer } from '@nestjs/core';
import { AccessMap } from './access-map/access-map.js';
import { AccessRules } from './access-rules.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { AccessTokenVerifier } from './access-token.verifier.js';
import { type AuthOptions, ResolvedAuthOptions } from './auth.options.js';
import { resolveAuthOptions } from './check-options.js';
import { Clock } from './clock.js';
import { DeclaredAccess } from './start-checks/declared-access.js';
import { FieldResolvers } from './start-checks/field-resolvers.js';
import { HybridApplication } from './start-checks/hybrid-application.js';
import { AccessTokenGuard } from './guards/access-token.guard.js';
import { ClaimsGuard } from './guards/claims.guard.js';
import { Gateways } from './start-checks/gateways.js';
import { ScopesGuard } from './guards/scopes.guard.js';
import { StepUpGuard } from './guards/step-up.guard.js';
import { TrustedIssuers } from './keys/trusted-issuers.js';
import { LogoutTokenVerifier } from './logout/logout-token.verifier.js';
import { ResourceMetadata } from './metadata/resource-metadata.js';
import { Refusals } from './refusals/refusals.js';

/** What `forRoot()` and `forRootAsync()` take besides the options. */
export interface ModuleSettings {
  /** Replaces the guard that finds and verifies the token. @default AccessTokenGuard */
  accessTokenGuard?: Type<AccessTokenGuard>;
}

/** The testing kit injects the options with `MODULE_OPTIONS_TOKEN`. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<AuthOptions>()
    .setClassMethodName('forRoot')
    .setExtras<ModuleSettings>({ accessTokenGuard: AccessTokenGuard }, (definition, settings) => ({
      ...definition,
      global: true,
      providers: [
        ...(definition.providers ?? []),
        { provide: AccessTokenGuard, useClass: settings.accessTokenGuard! },
      ],
    }))
    .build();

/** What every request passes, in this order. */
const GUARDS = [AccessTokenGuard, ScopesGuard, ClaimsGuard, StepUpGuard];

/**
 * `Refusals` too, because the guards of a gateway on Nest 11 are created in its own module, and
 * `ResourceMetadata` for the interceptors of MCP.
 */
const EXPORTED = [
  Clock,
  AccessRules,
  AccessMap,
  AccessTokenVerifier,
  LogoutTokenVerifier,
  Refusals,
  ResourceMetadata,
];

/**
 * Requires a valid access token on every route, unless a decorator or `unmarkedRoutes` opens it.
 * Import it once, in the root module, with `forRoot(options)` or `forRootAsync({ inject, useFactory
 * })`.
 *
 * @throws TypeError at the start of the application, naming the option that is wrong.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: ResolvedAuthOptions,
      inject: [{ token: MODULE_OPTIONS_TOKEN, optional: true }],
      useFactory: resolveAuthOptions,
    },
    ...EXPORTED,
    TrustedIssuers,
    AccessTokenStrategy,
    DeclaredAccess,
    FieldResolvers,
    Gateways,
    HybridApplication,
    ...GUARDS,
    // `useExisting`, because the setting `accessTokenGuard` may have replaced the first of them.
    ...GUARDS.map((guard) => ({ provide: APP_GUARD, useExisting: guard })),
  ],
  exports: [ResolvedAuthOptions, ...EXPORTED],
})
export class AuthModule extends ConfigurableModuleClass implements NestModule, OnModuleInit {
  private readonly logger = new Logger(AuthModule.name);

  /** @internal Created by Nest. */
  constructor(
    modules: ModulesContainer,
    private readonly map: AccessMap,
    private readonly discovery: DiscoveryService,
  ) {
    super();
    const copies = [...modules.values()].filter(({ metatype }) => metatype === AuthModule);
    if (copies.length > 1) {
      throw new Error('AuthModule is imported twice: import it once, in the root module.');
    }
  }

  /** Nest calls it when the controllers exist, before it gives their methods to the adapter. */
  configure(): void {
    this.map.beforeRoutes();
  }

  /** Nest runs global guards in the order in which it reads modules, the root module first. */
  onModuleInit(): void {
    const providers = this.discovery.getProviders();
    const own = providers.findIndex(({ host }) => host?.metatype === AuthModule);
    const earlier = providers
      .slice(0, own)
      .filter(({ subtype, instance }) => subtype === 'guard' && instance)
      .map(({ instance, host }) => `${(instance as object).constructor.name} of ${host?.name}`);
    if (earlier.length === 0) return;
    this.logger.log(
      'Global guards that run before authentication, without request.user: ' +
        `${earlier.join(', ')}. ` +
        'Provide a guard that needs request.user in a module that is imported after AuthModule.',
    );
  }
}
