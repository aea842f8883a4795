import { Logger } from '@nestjs/common';
import { ConfigError } from './config/config.js';
import { DataDirectoryError } from './database/data-directory.js';
import { isUnavailable, reason } from './database/outage.js';

/** Says why the application did not start: in a sentence where its surroundings are at fault, else with the stack. */
export function reportFailure(error: unknown): void {
  if (error instanceof ConfigError) {
    // There is no log yet: how to write it is part of the configuration.
    process.stderr.write(`${error.message}\n`);
  } else {
    new Logger('Api').fatal(sentenceFor(error) ?? error);
  }
}

function sentenceFor(error: unknown): string | undefined {
  if (error instanceof DataDirectoryError) return error.message;
  const { syscall, code, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (syscall === 'listen' && code === 'EADDRINUSE') {
    return `Port ${port} is in use. Stop the process that listens there, or give this one another PORT.`;
  }
  if (syscall === 'listen' && code === 'EACCES') {
    return `Port ${port} is for privileged processes. Give this one a PORT above 1023.`;
  }
  if (syscall === 'listen' && code === 'EADDRNOTAVAIL') {
    return `${address} is no address of this machine. Give another HOST, or none for all interfaces.`;
  }
  if (syscall === 'getaddrinfo') {
    return `The name ${(error as { hostname?: string }).hostname} has no address. Correct HOST or DATABASE_URL.`;
  }
  return isUnavailable(error) ? `The database cannot be reached: ${reason(error)}` : undefined;
}
