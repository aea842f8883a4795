import { Logger, type LoggerService } from '@nestjs/common';

export interface LogLine {
  level: 'fatal' | 'error' | 'warn' | 'log' | 'debug';
  message: string;
  context: unknown;
}

/** Collects what the application logs from now on, instead of printing it. */
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

/** The lines that a function prints, until the promise that it returns is fulfilled. */
export async function linesOf(work: () => unknown): Promise<string[]> {
  const written: string[] = [];
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.write = (text) => written.push(String(text)) > 0;
  try {
    await work();
  } finally {
    for (const stream of streams) Reflect.deleteProperty(stream, 'write');
  }
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '');
}

export type JsonLine = Record<string, unknown> & { level: string; message: string };

export function parseLines(lines: string[]): JsonLine[] {
  return lines.map((line) => JSON.parse(line) as JsonLine);
}
