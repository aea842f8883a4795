import { z } from 'zod';
import { pageQuery } from '../http/pagination.js';

const MAX_TEXT = 2000;
const MAX_IDENTIFIER = 255; // what OpenID Connect Core §2 allows a `sub`

/** PostgreSQL's text cannot contain NUL, and UTF-8 cannot encode half of a surrogate pair. */
const isStorable = (text: string) => !/\0|\p{Surrogate}/u.test(text);
const notStorable = 'must not contain NUL or a lone surrogate';

/** The length in code points, so that an emoji of two UTF-16 units counts as one. */
const codePoints = (text: string) => Array.from(text).length;

const text = z
  .string({ error: 'must be a string' })
  .trim()
  .refine((value) => value !== '' && codePoints(value) <= MAX_TEXT, {
    error: `must have 1 to ${MAX_TEXT} characters after trimming`,
  })
  .refine(isStorable, { error: notStorable })
  .meta({ minLength: 1, maxLength: MAX_TEXT, description: 'Is trimmed.', examples: ['Hello!'] });

/** An identifier of an issuer that the API can store, such as a `sub`. */
export const identifier = (error: string) =>
  z
    .string({ error })
    .refine((value) => value !== '' && codePoints(value) <= MAX_IDENTIFIER, {
      error: `must have 1 to ${MAX_IDENTIFIER} characters`,
    })
    .refine(isStorable, { error: notStorable })
    .meta({ minLength: 1, maxLength: MAX_IDENTIFIER });

/** A `sub` that the API can store. */
export const author = identifier('must be given once').meta({
  description: 'The `sub` of an author.',
});

/** Body of POST and PATCH. */
export const messageInput = z
  .strictObject({ text }, { error: 'must be a JSON object' })
  .meta({ id: 'MessageInput' });
export type MessageInput = z.infer<typeof messageInput>;

/** Query of the list that every reader sees. */
export const messagesQuery = z.strictObject(pageQuery);
export type MessagesQuery = z.infer<typeof messagesQuery>;
