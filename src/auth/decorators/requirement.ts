import { isDescription } from '../refusals/challenge.js';

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

/** A controller class, or a method by its name: what is said of it must not get lost with a function that replaces it. */
export interface RouteTarget {
  /** The class, or the prototype that has the method. */
  on: object;
  method?: string | symbol;
}

/**
 * A decorator that adds a requirement to those already on its target; they are kept in the order
 * written, which is the reverse of the order in which decorators run.
 *
 * @param make makes the requirement; `route` names the target in the errors it throws.
 */
export function addRequirement(key: symbol, make: (route: string) => object): RouteDecorator {
  return (on: object, method?: string | symbol) => {
    const before = (statedOn(key, { on, method }) ?? []) as object[];
    state(key, [make(routeName(on, method)), ...before], { on, method });
  };
}

/** A decorator that marks its target. */
export function mark(key: symbol): RouteDecorator {
  return (on: object, method?: string | symbol) => state(key, true, { on, method });
}

/** What decorators said of a target, or of what it inherits from: base classes, and the methods it overrides. */
export function statedOn(key: symbol, { on, method }: RouteTarget): unknown {
  return method === undefined ? Reflect.getMetadata(key, on) : Reflect.getMetadata(key, on, method);
}

/**
 * The same of an opener: of the class itself, and of the method that runs. What is open stays so where it is inherited, not where
 * a method is written anew.
 */
export function openedBy(key: symbol, { on, method }: RouteTarget): boolean {
  if (method === undefined) return Reflect.getOwnMetadata(key, on) === true;
  let owner: object | null = on;
  while (owner && !Object.hasOwn(owner, method))
    owner = Object.getPrototypeOf(owner) as object | null;
  return owner !== null && Reflect.getOwnMetadata(key, owner, method) === true;
}

function state(key: symbol, value: unknown, { on, method }: RouteTarget): void {
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

function routeName(on: object, method?: string | symbol): string {
  if (method === undefined) return (on as { name: string }).name;
  return `${on.constructor.name}.${String(method)}`;
}
