// Stands in for src/auth/access-map until that is there: delete this file then.
import { type INestApplication, RequestMethod } from '@nestjs/common';
import { AccessRules, type AccessRule } from '../access-rules.js';

export interface RouteAccess extends Omit<AccessRule, 'access'> {
  readonly method: string;
  readonly path: string;
  readonly access: AccessRule['access'] | 'raw';
  readonly handler?: string;
}

export function accessMap(app: INestApplication): RouteAccess[] {
  return app
    .get(AccessRules)
    .all()
    .map(({ controller, method, rule }) => {
      const handler = (controller.prototype as Record<string, object>)[method]!;
      const parts = [controller, handler].map((on) => Reflect.getMetadata('path', on) as string);
      return {
        ...rule,
        method: RequestMethod[Reflect.getMetadata('method', handler) as number]!,
        path: `/${parts.join('/')}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1'),
        handler: `${controller.name}.${method}`,
      };
    });
}
