import { ForbiddenException, Injectable, type PipeTransform } from '@nestjs/common';
import { author } from './message.input.js';

/**
 * Requires a `sub` that can be stored: whatever a request writes has an author. Without one, the
 * token may only read.
 *
 * @example create(@AccessToken('sub', SubjectPipe) subject: string) {}
 */
@Injectable()
export class SubjectPipe implements PipeTransform<unknown, string> {
  transform(sub: unknown): string {
    const result = author.safeParse(sub);
    if (result.success) return result.data;
    throw new ForbiddenException('Writing needs an access token with a sub of 1 to 255 characters');
  }
}
