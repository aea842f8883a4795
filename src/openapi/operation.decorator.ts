import { Reflector } from '@nestjs/core';
import { z } from 'zod';

const OPERATION = Symbol('openapi:operation');

/** Why an operation may fail, apart from its input and its access rule. */
export type Failure =
  | 'noSubject'
  | 'notAuthor'
  | 'notFound'
  | 'keyReused'
  | 'notReady'
  | 'database'
  | 'keys'
  | 'logoutToken';

/** What the document says about an operation and no other decorator says. */
export interface OperationDetails<Answer extends z.ZodType = z.ZodType> {
  /** The body of a successful response; undefined when it has none. */
  answer?: Answer;
  /** @default 'application/json' */
  mediaType?: string;
  /** Headers of a successful response, by name, each with its description. */
  headers?: Readonly<Record<string, string>>;
  failures?: readonly Failure[];
  /** The body, where it is a form. Only described: the handler reads and checks it. */
  form?: z.ZodType;
}

export interface DescribedOperation extends OperationDetails {
  summary: string;
}

type Handler<Result> = (...args: never[]) => Result | Promise<Result>;

type HandlerDecorator<Result> = <Method extends Handler<Result>>(
  on: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Describes a handler in the API docs: its action, and the schema of its response, which TypeScript
 * compares with what the handler returns. Responses are not validated at runtime. This file does
 * not import `@nestjs/swagger`, so an API without docs does not load it.
 *
 * @example @Operation('Read a message', { answer: message, failures: ['database'] })
 */
export function Operation<Answer extends z.ZodType>(
  summary: string,
  details: OperationDetails<Answer> & { answer: Answer },
): HandlerDecorator<z.input<Answer>>;
export function Operation(
  summary: string,
  details?: Omit<OperationDetails, 'answer'>,
): HandlerDecorator<void>;
export function Operation(summary: string, details: OperationDetails = {}) {
  return (on: object, name: string | symbol) =>
    Reflect.defineMetadata(OPERATION, { summary, ...details }, on, name);
}

/** The arguments of {@link Operation}. Without it: `List notes` for `NotesController.list`. */
export function describedOperation(prototype: object, name: string): DescribedOperation {
  const described: unknown = Reflect.getMetadata(OPERATION, prototype, name);
  if (described !== undefined) return described as DescribedOperation;
  let owner = prototype;
  while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object;
  return { summary: inWords(`${name} ${tagOf(owner.constructor.name)}`), answer: z.unknown() };
}

/** Says in the API docs what the operations of a controller are for. */
export const TagDescription = Reflector.createDecorator<string>();

/** Keeps a controller out of the API docs: it speaks a protocol that describes itself. */
export const NotDescribed = Reflector.createDecorator<void, true>({ transform: () => true });

/** The tag of a controller: `Admin messages` for `AdminMessagesController`. */
export function tagOf(controllerName: string): string {
  return inWords(controllerName.replace(/Controller$/, ''));
}

function inWords(name: string): string {
  const words = name.replace(/(?<=[a-z\d])[A-Z]/g, ' $&').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
