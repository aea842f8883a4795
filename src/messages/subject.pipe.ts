import { ForbiddenException, Injectable, type PipeTransform } from '@nestjs/common';
import { author } from './message.input.js';

/**
 * Who writes: the `sub` of the access token. What is written is somebody's, and so a token that names nobody may
 * read only.
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
