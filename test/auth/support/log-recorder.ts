import type { LoggerService } from '@nestjs/common';

export interface LogLine {
  level: string;
  message: string;
  /** Fields logged with the message. */
  [field: string]: unknown;
}

/** Keeps the lines that the application logs. */
export class LogRecorder implements LoggerService {
  readonly lines: LogLine[] = [];

  log = this.recorder('log');
  warn = this.recorder('warn');
  error = this.recorder('error');
  debug = this.recorder('debug');
  verbose = this.recorder('verbose');
  fatal = this.recorder('fatal');

  /** Lines whose message starts with `text`. */
  starting(text: string): LogLine[] {
    return this.lines.filter(({ message }) => message.startsWith(text));
  }

  /** All lines as one string, to search for values that must not be logged. */
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
