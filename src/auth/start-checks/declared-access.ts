import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { AccessRules } from '../access-rules.js';
import { ResolvedAuthOptions } from '../auth.options.js';

/** Compares what the routes declare with the options: one mistake, and one warning. */
@Injectable()
export class DeclaredAccess implements OnModuleInit {
  private readonly logger = new Logger(DeclaredAccess.name);

  constructor(
    private readonly rules: AccessRules,
    private readonly options: ResolvedAuthOptions,
  ) {}

  onModuleInit(): void {
    this.refuseSharedAudience();
    this.warnOfOpenRoutes();
  }

  /** `@Audience()` is for tokens of its own. With one audience, those of the API would pass. */
  private refuseSharedAudience(): void {
    const own = this.options.issuers.flatMap(({ audience }) => audience);
    const shared = this.rules.all().find(({ rule }) => own.includes(rule.resource?.audience ?? ''));
    if (!shared) return;
    const { rule, controller, method } = shared;
    throw new Error(
      `The option audience of AuthModule contains ${rule.resource!.audience}, which is ` +
        `the @Audience() of ${controller.name}.${method}: remove it from one of them.`,
    );
  }

  private warnOfOpenRoutes(): void {
    const { unmarked } = this.rules;
    const open = this.rules.all().filter(({ rule }) => rule === unmarked);
    if (unmarked.access !== 'public' || open.length === 0) return;
    this.logger.warn(
      `unmarkedRoutes is 'open': ${open.length} routes without a decorator need no access token.`,
    );
  }
}
