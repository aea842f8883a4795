import { isDescription } from '../errors/challenge.js';

/** What a decorator of this folder can stand on: a controller or one of its methods. */
export type RouteDecorator = ClassDecorator & MethodDecorator;

/** Options of every decorator that states a requirement. */
export interface RequirementOptions {
  /**
   * `error_description` of the refusal, in place of the fixed sentence. It is sent to the client in a
   * header: printable ASCII without quotes and backslashes (RFC 6750 §3), or the decorator throws.
   */
  message?: string;
}

/**
 * A decorator that adds a requirement to those already on its target; they are kept in the order
 * written, which is the reverse of the order in which decorators run.
 *
 * @param make makes the requirement; `route` names the target in the errors it throws.
 */
export function addRequirement(key: symbol, make: (route: string) => object): RouteDecorator {
  return (target: object, property?: string | symbol, descriptor?: PropertyDescriptor) => {
    const subject: object = descriptor ? (descriptor.value as object) : target;
    const requirement = make(routeName(target, property));
    Reflect.defineMetadata(key, [requirement, ...requirementsOn<object>(key, subject)], subject);
  };
}

/** Requirements on a controller class (its base classes included) or on a method, in the order written. */
export function requirementsOn<T>(key: symbol, subject: object): T[] {
  return (Reflect.getMetadata(key, subject) as T[] | undefined) ?? [];
}

/** @throws TypeError when the message cannot be sent in a challenge. */
export function checkMessage(message: string | undefined, decorator: string, route: string): void {
  if (message === undefined || (typeof message === 'string' && isDescription(message))) return;
  throw new TypeError(
    `${decorator} on ${route}: the message is sent in a header, so it must be printable ASCII ` +
      'without double quotes and backslashes (RFC 6750 §3).',
  );
}

function routeName(target: object, property?: string | symbol): string {
  if (property === undefined) return (target as { name: string }).name;
  return `${target.constructor.name}.${String(property)}`;
}
