import type { ExecutionContext } from '@nestjs/common';

/**
 * Nest may run guards for messages and resolvers as well. What these guards read does not exist there,
 * so they refuse rather than pass. Where Nest asks no guards, they can refuse nothing.
 *
 * @throws Error naming the guard and the way out.
 */
export function requireHttp(context: ExecutionContext, guard: string): void {
  if (context.getType() === 'http') return;
  throw new Error(
    `${guard} protects HTTP routes, and this is a context of type ${JSON.stringify(context.getType())}: ` +
      'protect it with a guard of its own. For that, register AuthModule with globalGuards: false, and place its ' +
      'guards on every HTTP controller: without them, it is open.',
  );
}
