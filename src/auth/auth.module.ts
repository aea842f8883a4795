import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccessRules } from './access-rules.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { type AuthOptions, ResolvedAuthOptions, resolveAuthOptions } from './auth.options.js';
import { Clock } from './clock.js';
import { AccessTokenGuard } from './guards/access-token.guard.js';
import { ClaimsGuard } from './guards/claims.guard.js';
import { Refusals } from './refusals/refuse.js';
import { ScopesGuard } from './guards/scopes.guard.js';
import { TrustedIssuers } from './keys/trusted-issuers.js';

export interface AuthModuleExtras {
  /**
   * Whether the guards protect every route of the application. With `false` it places them itself, in
   * this order: `@UseGuards(AccessTokenGuard, ScopesGuard, ClaimsGuard)`.
   *
   * @default true
   */
  globalGuards?: boolean;
}

/** What a request passes, in this order. By class, so that a test can override each. */
const GLOBAL_GUARDS = [AccessTokenGuard, ScopesGuard, ClaimsGuard].map((guard) => ({
  provide: APP_GUARD,
  useExisting: guard,
}));

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<AuthOptions>()
    .setClassMethodName('forRoot')
    .setExtras<AuthModuleExtras>({ globalGuards: true }, (definition, { globalGuards }) => ({
      ...definition,
      // Nest builds a guard of `@UseGuards()` in the module of its controller.
      global: true,
      providers: [...definition.providers!, ...(globalGuards ? GLOBAL_GUARDS : [])],
    }))
    .build();

/** What the guards are made of. */
const PARTS = [
  Clock,
  AccessRules,
  TrustedIssuers,
  AccessTokenStrategy,
  Refusals,
  AccessTokenGuard,
  ScopesGuard,
  ClaimsGuard,
];

/**
 * Closes every route of the application to requests without a valid access token. Import it once, in
 * the root module, with `forRoot(options)` or `forRootAsync({ inject, useFactory })`.
 *
 * @throws TypeError when the application starts, naming the option that is wrong.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: ResolvedAuthOptions,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: resolveAuthOptions,
    },
    ...PARTS,
  ],
  exports: [ResolvedAuthOptions, ...PARTS],
})
export class AuthModule extends ConfigurableModuleClass {}
