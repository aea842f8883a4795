import { z } from 'zod';
import { nextCursor } from '../http/pagination.js';

/** What an administrator did, as it is answered. */
export const auditEntry = z
  .object({
    id: z.string().meta({ format: 'uuid' }),
    actor: z.string().meta({ description: 'The `sub` of the access token that did it.' }),
    action: z.literal('message.delete'),
    messageId: z.string().meta({ format: 'uuid' }),
    at: z.date(),
  })
  .meta({ id: 'AuditEntry' });

/** A page of the audit trail, newest first. */
export const auditPage = z
  .object({ entries: z.array(auditEntry), nextCursor })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof auditPage>;
