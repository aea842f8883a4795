import { z } from 'zod';
import { nextCursor } from '../http/pagination.js';
import { subject } from '../messages/message.output.js';

/** Entries written before the API kept it have null, and so have other actions. */
const deleted = (what: string, example: string) =>
  z
    .string()
    .nullable()
    .meta({
      description: `${what} as deleted; null in older entries and for other actions.`,
      examples: [example],
    });

/** What an administrator did, as a client reads it. */
const auditEntry = z
  .object({
    id: z.string().meta({ format: 'uuid' }),
    actor: subject('The `sub` of the access token that did it.'),
    action: z.enum(['message.delete', 'revoke']).meta({ examples: ['message.delete'] }),
    messageId: z
      .string()
      .nullable()
      .meta({ format: 'uuid', description: 'Null for actions that concern no message.' }),
    author: deleted('The author of the message', 'auth0|609e7d3b1c8f4a006a2b5c41'),
    text: deleted('The text of the message', 'Buy cheap watches!'),
    revoked: z
      .object({ sub: z.string(), sid: z.string(), jti: z.string() })
      .partial()
      .optional()
      .meta({
        description: 'What was revoked, for the action `revoke` only.',
        examples: [{ sub: 'auth0|609e7d3b1c8f4a006a2b5c41' }],
      }),
    at: z.date(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntry>;

/** A page of the audit trail, newest first. */
export const auditPage = z
  .object({ entries: z.array(auditEntry), nextCursor })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof auditPage>;
