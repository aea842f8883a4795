import type { z } from 'zod';

const OPERATION = Symbol('docs:operation');

/** Why an operation may fail beside its input and its access: the rule of a service, the database. */
export type Failure = 'forbidden' | 'database';

/** What the API docs say of an operation and no other decorator tells. Access is never among it. */
export interface OperationDetails<Answer extends z.ZodType = z.ZodType> {
  /** The body of success; none for an answer without one. */
  answer?: Answer;
  /** Headers of success, by name, with what they hold. */
  headers?: Readonly<Record<string, string>>;
  failures?: readonly Failure[];
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
 * Describes a handler in the API docs, in one line and by the schema of its answer; TypeScript compares the schema with
 * what the handler returns. It costs a request nothing: answers are not validated.
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

/** What {@link Operation} says of a handler, or its name where nobody has described it. */
export function describedOperation(prototype: object, name: string): DescribedOperation {
  const described: unknown = Reflect.getMetadata(OPERATION, prototype, name);
  return (described ?? { summary: name }) as DescribedOperation;
}
