import { z } from 'zod';
import { nextCursor } from '../http/pagination.js';

/** A `sub` as a client reads it. */
export const subject = (description: string) =>
  z.string().meta({ description, examples: ['auth0|5f7c8ec7c33c6c004bbafe82'] });

/** A message as a client reads it. */
export const message = z
  .object({
    id: z.string().meta({ format: 'uuid' }),
    text: z.string().meta({ examples: ['Hello!'] }),
    author: subject('The `sub` of the access token that wrote it.'),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof message>;

/** A page of messages, newest first. */
export const messagePage = z
  .object({ messages: z.array(message), nextCursor })
  .meta({ id: 'MessagePage' });
export type MessagePage = z.infer<typeof messagePage>;
