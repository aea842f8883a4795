import { MODULE_OPTIONS_TOKEN } from '../auth.module.js';
import { type AuthOptions, type IssuerOptions, ResolvedAuthOptions } from '../auth.options.js';
import { resolveAuthOptions } from '../check-options.js';

/** What is used of the builder that `Test.createTestingModule()` of `@nestjs/testing` returns. */
export interface TestingModuleBuilder {
  overrideProvider(token: unknown): {
    useFactory(options: { inject: unknown[]; factory: (...args: never[]) => unknown }): unknown;
  };
}

const NO_ISSUER = {
  issuers: undefined,
  jwksUri: undefined,
  algorithms: undefined,
  secret: undefined,
};

/**
 * Replaces the issuers in the options of `AuthModule`, and keeps the other options.
 *
 * @param change gets the application's options and returns those to put in their place.
 */
export function overrideOptions(
  builder: TestingModuleBuilder,
  change: (options: AuthOptions) => IssuerOptions & Partial<AuthOptions>,
): void {
  builder.overrideProvider(ResolvedAuthOptions).useFactory({
    inject: [{ token: MODULE_OPTIONS_TOKEN, optional: true }],
    factory: (options?: AuthOptions) =>
      resolveAuthOptions(options && { ...options, ...NO_ISSUER, ...change(options) }),
  });
}
