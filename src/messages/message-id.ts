import { NotFoundException } from '@nestjs/common';
import { validate as isUuid } from 'uuid';

/** Returns a UUID; any other id cannot exist, and PostgreSQL would refuse it with an error. */
export function requireUuid(id: string): string {
  return isUuid(id) ? id : messageNotFound();
}

export function messageNotFound(): never {
  throw new NotFoundException('No such message');
}
