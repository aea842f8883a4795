import type { LoggerService } from '@nestjs/common';

export interface LogLine {
  level: string;
  message: string;
  /** Fields that came with the message. */
  [field: string]: unknown;
}

/** Keeps what the application logs, as a test reads it. */
export class LogRecorder implements LoggerService {
  readonly lines: LogLine[] = [];

  log = this.recorder('log');
  warn = this.recorder('warn');
  error = this.recorder('error');
  debug = this.recorder('debug');
  verbose = this.recorder('verbose');
  fatal = this.recorder('fatal');

  /** Lines whose message begins so. */
  starting(text: string): LogLine[] {
    return this.lines.filter(({ message }) => message.startsWith(text));
  }

  /** Everything that was logged, to look for what must not be there. */
  text(): string {
    return JSON.stringify(this.lines);
  }

  clear(): void {
    this.lines.length = 0;
  }

  private recorder(level: string) {
    return (message: unknown, ...rest: unknown[]): void => {
      const fields = rest.filter((value) => typeof value === 'object' && value !== null);
      const errors = fields.filter((value) => value instanceof Error).map(String);
      this.lines.push({
        level,
        message: String(message),
        ...(errors.length > 0 ? { errors } : {}),
        ...(Object.assign({}, ...fields.filter((value) => !(value instanceof Error))) as object),
      });
    };
  }
}
