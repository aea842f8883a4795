import { z } from 'zod';
import { nextCursor } from '../http/pagination.js';

/** A message as a client reads it. */
export const message = z
  .object({
    id: z.string().meta({ format: 'uuid' }),
    text: z.string(),
    author: z.string().meta({ description: 'The `sub` of the access token that wrote it.' }),
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
