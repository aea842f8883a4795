import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { OperationIdFactory } from '@nestjs/swagger';

/** A method of a controller. */
export interface Handler {
  controller: { name: string; prototype: Record<string, object> };
  method: string;
}

/** The handlers of an application, by the identifiers of the operations that they are in its document. */
export class Handlers {
  private readonly byName = new Map<string, Handler>();
  private readonly byOperation = new Map<string, Handler>();

  /** @throws Error when two controllers have one name, for a document could not tell them apart. */
  constructor(discovery: DiscoveryService, scanner: MetadataScanner) {
    for (const { metatype } of discovery.getControllers()) {
      const controller = metatype as unknown as Handler['controller'];
      for (const method of scanner.getAllMethodNames(controller.prototype)) {
        const name = `${controller.name}.${method}`;
        const other = this.byName.get(name);
        if (other !== undefined && other.controller !== controller) {
          throw new Error(`Two controllers are called ${controller.name}: rename one of them.`);
        }
        this.byName.set(name, { controller, method });
      }
    }
  }

  /** Names an operation after its handler. Several paths of one handler come with an index, as `list[1]`. */
  readonly nameOperation: OperationIdFactory = (controller, indexed, version) => {
    const [, method, index] = /^(.*?)(?:\[(\d+)\])?$/.exec(indexed)!;
    const parts = [controller.replace(/Controller$/, ''), method, index, version];
    const id = parts.filter((part) => part !== undefined).join('_');
    const handler = this.byName.get(`${controller}.${method}`);
    if (handler !== undefined) this.byOperation.set(id, handler);
    return id;
  };

  /** @throws Error when the document has an operation of no handler: who may call it is not known. */
  of(operation: string): Handler {
    // A handler of all methods is one operation each, with the name of the method behind its own.
    const handler =
      this.byOperation.get(operation) ?? this.byOperation.get(operation.replace(/_[a-z]+$/, ''));
    if (handler === undefined) throw new Error(`The operation ${operation} has no handler.`);
    return handler;
  }
}
