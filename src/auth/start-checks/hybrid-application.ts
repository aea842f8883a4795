import { Injectable, Logger } from '@nestjs/common';
import {
  ApplicationConfig,
  DiscoveryService,
  MetadataScanner,
  ModulesContainer,
} from '@nestjs/core';
import { MESSAGE_PATTERN } from '../nest-metadata.js';

/** The server of a microservice. */
interface MessageServer {
  getHandlers?: () => ReadonlyMap<string, unknown>;
}

/**
 * Warns when a microservice is connected to an application without `{ inheritAppConfig: true }`:
 * Nest runs no global guards there.
 *
 * Nest does not tell which configuration a microservice has. While `connectMicroservice()` runs, it
 * reads the guards of each handler: from this application's configuration, or not.
 */
@Injectable()
export class HybridApplication {
  private readonly logger = new Logger('AuthModule');
  private concludeLast = () => {};

  constructor(
    modules: ModulesContainer,
    private readonly config: ApplicationConfig,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {
    modules.getRpcTargetRegistry<MessageServer>().subscribe((server) => this.watch(server));
  }

  private watch(server: MessageServer): void {
    this.concludeLast();
    const { config } = this;
    let hasReadGuards = false;
    config.getGlobalGuards = () => {
      hasReadGuards = true;
      return ApplicationConfig.prototype.getGlobalGuards.call(config);
    };
    let isConcluded = false;
    const conclude = () => {
      if (isConcluded) return;
      isConcluded = true;
      // The method of the prototype is back.
      delete (config as Partial<ApplicationConfig>).getGlobalGuards;
      // An application that is only a microservice, or `deferInitialization`, has no handlers yet.
      const isConnected = (server.getHandlers?.().size ?? 0) > 0;
      if (isConnected && !hasReadGuards && this.hasStaticHandlers()) this.warn();
    };
    this.concludeLast = conclude;
    // `connectMicroservice()` is synchronous.
    queueMicrotask(conclude);
  }

  /** Nest reads the guards of request-scoped handlers with each message, not at the start. */
  private hasStaticHandlers(): boolean {
    return this.discovery.getControllers().some((wrapper) => {
      const methods = wrapper.metatype!.prototype as Readonly<Record<string, Function>>;
      const isHandler = (name: string) => Reflect.hasMetadata(MESSAGE_PATTERN, methods[name]!);
      return (
        this.scanner.getAllMethodNames(methods).some(isHandler) && wrapper.isDependencyTreeStatic()
      );
    });
  }

  private warn(): void {
    this.logger.warn(
      'A microservice is connected without { inheritAppConfig: true }: Nest runs no global ' +
        'guards there, so its messages need no access token. Pass the option to ' +
        'connectMicroservice(), and add @Public() to handlers that need no token.',
    );
  }
}
