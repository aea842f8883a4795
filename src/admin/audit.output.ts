import { z } from 'zod';
import { nextCursor } from '../http/pagination.js';

/** Entries written before the API kept it have null. */
const deleted = (description: string) =>
  z
    .string()
    .nullable()
    .meta({ description: `${description}; null in entries from before it was kept.` });

/** What an administrator did, as a client reads it. */
export const auditEntry = z
  .object({
    id: z.string().meta({ format: 'uuid' }),
    actor: z.string().meta({ description: 'The `sub` of the access token that did it.' }),
    action: z.literal('message.delete'),
    messageId: z.string().meta({ format: 'uuid' }),
    author: deleted('The author of the message as deleted'),
    text: deleted('The text of the message as deleted'),
    at: z.date(),
  })
  .meta({ id: 'AuditEntry' });

/** A page of the audit trail, newest first. */
export const auditPage = z
  .object({ entries: z.array(auditEntry), nextCursor })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof auditPage>;
