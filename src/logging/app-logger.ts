import { isatty } from 'node:tty';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { loggingConfig } from '../config/logging.config.js';
import { currentRequestId } from './request-context.js';

type Config = ConfigType<typeof loggingConfig>;

/** What each `LOG_LEVEL` lets through, in Nest's names. */
const NEST_LEVELS: Record<Config['logLevel'], LogLevel[]> = {
  fatal: ['fatal'],
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'],
};

/**
 * Contexts in which Nest tells at length how it builds an application, and tells once more of a failure that `main.ts`
 * reports: of interest to who looks for the reason.
 */
const FRAMEWORK = new Set<unknown>([
  'ExceptionHandler',
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Members that hold credentials, wherever in a logged object they turn up. */
const CREDENTIALS = ['authorization', 'cookie', 'token', 'access_token', 'secret', 'client_secret'];

/**
 * The log of the application: a JSON object per line in production, text elsewhere. A line written during a request
 * carries its id; where requests are not followed (`followsRequests`), a line of its failure does.
 *
 * @example private readonly logger = new Logger(MessagesService.name);
 * @example this.logger.warn('The sentence.', { code, route });
 */
export class AppLogger extends ConsoleLogger {
  constructor({ logLevel, logFormat }: Config) {
    super({
      json: logFormat === 'json',
      colors: logFormat === 'text' && isatty(process.stdout.fd) && process.stdout.hasColors(),
      prefix: 'Api',
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

  protected override printMessages(
    ...[messages, context, level, stream, stack, params]: Parameters<ConsoleLogger['printMessages']>
  ): void {
    const requestId = currentRequestId();
    const withId = requestId === undefined ? params : { ...params, requestId };
    super.printMessages(messages, context, level, stream, stack, withId);
  }

  /** `LOG_LEVEL` says `info` where Nest says `log`; a line is found by the name that selects it. */
  protected override getJsonLogObject(
    ...args: Parameters<ConsoleLogger['getJsonLogObject']>
  ): ReturnType<ConsoleLogger['getJsonLogObject']> {
    const line = super.getJsonLogObject(...args);
    return { ...line, level: (line.level === 'log' ? 'info' : line.level) as LogLevel };
  }
}
