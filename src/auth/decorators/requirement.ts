import { isDescription } from '../refusals/challenge.js';

/** Names of metadata: whether a target has `@Public()`, `@OptionalAuth()` or `@Protected()`. */
export const PUBLIC = Symbol('auth:public');
export const OPTIONAL_AUTH = Symbol('auth:optional');
export const PROTECTED = Symbol('auth:protected');
/** The reason in `@Public({ reason })`. */
export const PUBLIC_REASON = Symbol('auth:public reason');

/** A decorator for controllers and for their methods. */
export type RouteDecorator = ClassDecorator & MethodDecorator;

/** Options of every decorator that states a requirement. */
export interface RequirementOptions {
  /**
   * `error_description` of the refusal. It is sent in a header: printable ASCII without double
   * quotes and backslashes (RFC 6750 §3), or the decorator throws.
   * @default a fixed sentence
   */
  message?: string;
}

/**
 * A controller, or one of its methods by name. By name, so that metadata stays when another
 * decorator replaces the function.
 */
export interface RouteTarget {
  /** The class, or the prototype that has the method. */
  on: object;
  method?: string | symbol;
}

/**
 * A decorator that adds a requirement to those already on its target, in the order written, which
 * is the reverse of the order in which decorators run.
 *
 * @param make creates the requirement; `route` names the target in errors.
 */
export function addRequirement(key: symbol, make: (route: string) => object): RouteDecorator {
  return (on: object, method?: string | symbol) => {
    const before = (readMetadata(key, { on, method }) ?? []) as object[];
    writeMetadata(key, [make(routeName({ on, method })), ...before], { on, method });
  };
}

/** A decorator that marks its target. */
export function mark(key: symbol): RouteDecorator {
  return (on: object, method?: string | symbol) => writeMetadata(key, true, { on, method });
}

/** Metadata of a target, or of what it inherits from: base classes, overridden methods. */
export function readMetadata(key: symbol, { on, method }: RouteTarget): unknown {
  return method === undefined ? Reflect.getMetadata(key, on) : Reflect.getMetadata(key, on, method);
}

/**
 * Whether the target itself has a mark: the class, or the method that runs. A method that overrides
 * a marked method does not inherit the mark.
 */
export function hasOwnMark(key: symbol, { on, method }: RouteTarget): boolean {
  if (method === undefined) return Reflect.getOwnMetadata(key, on) === true;
  let owner: object | null = on;
  while (owner && !Object.hasOwn(owner, method)) {
    owner = Object.getPrototypeOf(owner) as object | null;
  }
  return owner !== null && Reflect.getOwnMetadata(key, owner, method) === true;
}

/** Sets the metadata of a target. */
export function writeMetadata(key: symbol, value: unknown, { on, method }: RouteTarget): void {
  if (method === undefined) Reflect.defineMetadata(key, value, on);
  else Reflect.defineMetadata(key, value, on, method);
}

/** @throws TypeError when the message cannot be sent in a challenge. */
export function checkMessage(message: string | undefined, decorator: string, route: string): void {
  if (message === undefined || (typeof message === 'string' && isDescription(message))) return;
  throw new TypeError(
    `${decorator} on ${route}: the message is sent in a header, so it must be printable ASCII ` +
      'without double quotes and backslashes (RFC 6750 §3).',
  );
}

export function routeName({ on, method }: RouteTarget): string {
  if (method === undefined) return (on as { name: string }).name;
  return `${on.constructor.name}.${String(method)}`;
}
