import { NotFoundException } from '@nestjs/common';
import { validate as isUuid } from 'uuid';

/** What is no UUID names no message. PostgreSQL would answer it with an error; the case of the letters it ignores. */
export function known(id: string): string {
  return isUuid(id) ? id : notFound();
}

export function notFound(): never {
  throw new NotFoundException('No such message');
}
