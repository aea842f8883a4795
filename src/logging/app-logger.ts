import { isatty } from 'node:tty';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { loggingConfig } from '../config/logging.config.js';

type Config = ConfigType<typeof loggingConfig>;

/** Nest's levels that each `LOG_LEVEL` prints. */
const NEST_LEVELS: Record<Config['logLevel'], LogLevel[]> = {
  fatal: ['fatal'],
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'],
};

/**
 * Contexts in which Nest describes how it builds the application, and logs a failed start that
 * `main.ts` reports as well. Their lines are printed at the level `debug`.
 */
const FRAMEWORK = new Set<unknown>([
  'ExceptionHandler',
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Members that hold credentials. They are redacted at any depth of a logged object. */
const CREDENTIALS = ['authorization', 'cookie', 'token', 'access_token', 'secret', 'client_secret'];

/**
 * The log of the application: one JSON object per line in production, text elsewhere. A line does
 * not get the id of its request by itself. Pass it with the other members where it helps.
 *
 * @example private readonly logger = new Logger(MessagesService.name);
 * @example this.logger.warn('The sentence.', { code, requestId: request.id });
 */
export class AppLogger extends ConsoleLogger {
  constructor({ logLevel, logFormat }: Config) {
    super({
      json: logFormat === 'json',
      colors: logFormat === 'text' && isatty(process.stdout.fd) && process.stdout.hasColors(),
      prefix: 'Api',
      // One line per message, also in colour.
      breakLength: Infinity,
      logLevels: NEST_LEVELS[logLevel],
      flattenParams: true,
      redact: CREDENTIALS,
    });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (FRAMEWORK.has(rest.at(-1))) super.debug(message, ...rest);
    else super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (FRAMEWORK.has(rest.at(-1))) super.debug(message, ...rest);
    else super.error(message, ...rest);
  }

  /** Nest writes `log` where `LOG_LEVEL` says `info`. Both names are the same here. */
  protected override getJsonLogObject(
    ...args: Parameters<ConsoleLogger['getJsonLogObject']>
  ): ReturnType<ConsoleLogger['getJsonLogObject']> {
    const line = super.getJsonLogObject(...args);
    return { ...line, level: (line.level === 'log' ? 'info' : line.level) as LogLevel };
  }
}
