import { z } from 'zod';
import { pageQuery } from '../http/pagination.js';
import { author } from '../messages/message.input.js';

/** Query of the list of messages: those of one author, or of all. */
export const adminMessagesQuery = z.strictObject({ ...pageQuery, author: author.optional() });
export type AdminMessagesQuery = z.infer<typeof adminMessagesQuery>;

/** Query of the audit trail. */
export const auditQuery = z.strictObject(pageQuery);
export type AuditQuery = z.infer<typeof auditQuery>;
