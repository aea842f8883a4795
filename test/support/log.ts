import { Logger, type LoggerService } from '@nestjs/common';

export interface LogLine {
  level: 'fatal' | 'error' | 'warn' | 'log' | 'debug';
  message: string;
  context: unknown;
}

/** Collects what the application logs from now on, in place of printing it. */
export function captureLog(): LogLine[] {
  const lines: LogLine[] = [];
  const collect =
    (level: LogLine['level']) =>
    (message: unknown, ...rest: unknown[]) => {
      lines.push({ level, message: String(message), context: rest.at(-1) });
    };
  const logger: LoggerService = {
    fatal: collect('fatal'),
    error: collect('error'),
    warn: collect('warn'),
    log: collect('log'),
    debug: collect('debug'),
  };
  Logger.overrideLogger(logger);
  return lines;
}
