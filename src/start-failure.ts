import { Logger } from '@nestjs/common';
import { ConfigError } from './config/environment.js';
import { DataDirectoryError } from './database/data-directory.js';
import { MigrationsError } from './database/migrations.js';
import { isUnavailable, reason } from './database/outage.js';

/** Says why the application did not start: one sentence for a known cause, else the stack. */
export function reportFailure(error: unknown): void {
  if (error instanceof ConfigError) {
    // Without a configuration there is no logger yet.
    process.stderr.write(`${error.message}\n`);
  } else {
    new Logger('Api').fatal(sentenceFor(error) ?? error);
  }
}

function sentenceFor(error: unknown): string | undefined {
  if (error instanceof DataDirectoryError) return error.message;
  if (error instanceof MigrationsError) return error.message;
  if (error instanceof TypeError && error.message.startsWith('AuthModule:')) return error.message;
  const {
    syscall,
    code,
    address,
    port,
    variable = 'PORT',
    hostname,
  } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
    /** What sets the port. */
    variable?: string;
    hostname?: string;
  };
  if (syscall === 'listen' && code === 'EADDRINUSE') {
    return `Port ${port} is in use. Stop the process that uses it, or set another ${variable}.`;
  }
  if (syscall === 'listen' && code === 'EACCES') {
    return `Port ${port} needs privileges. Set a ${variable} above 1023.`;
  }
  if (syscall === 'listen' && code === 'EADDRNOTAVAIL') {
    return `This machine does not have the address ${address}. Set another HOST, or unset it.`;
  }
  if (syscall === 'getaddrinfo') {
    return `The host name ${hostname} cannot be resolved. Correct HOST or DATABASE_URL.`;
  }
  return isUnavailable(error) ? `The database cannot be reached: ${reason(error)}` : undefined;
}
