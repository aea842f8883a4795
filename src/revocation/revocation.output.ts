import { z } from 'zod';
import { nextCursor } from '../http/pagination.js';

/** A claim that names what is revoked. */
const claim = (description: string, example: string) =>
  z
    .string()
    .optional()
    .meta({ description, examples: [example] });

/** A revocation as a client reads it. */
export const revocation = z
  .object({
    id: z.string().meta({ format: 'uuid' }),
    iss: z.string().meta({
      description: 'The issuer of the access tokens.',
      examples: ['https://dev-abc123.us.auth0.com/'],
    }),
    sub: claim('The subject whose access tokens are revoked.', 'auth0|5f7c8ec7c33c6c004bbafe82'),
    sid: claim('The session whose access tokens are revoked.', 'kTkqZ3BvY1Xn8w'),
    jti: claim('The access token that is revoked.', '0b6d3c1e9f'),
    reason: z.enum(['administrator', 'logout']).meta({
      description: 'Who revoked: an administrator, or the issuer at a logout.',
      examples: ['administrator'],
    }),
    at: z.date().meta({ description: 'Access tokens issued later are accepted.' }),
    expiresAt: z.date().meta({ description: 'No access token can live longer.' }),
  })
  .meta({ id: 'Revocation' });
export type RevocationOutput = z.infer<typeof revocation>;

/** A page of revocations, newest first. */
export const revocationPage = z
  .object({ revocations: z.array(revocation), nextCursor })
  .meta({ id: 'RevocationPage' });
export type RevocationPage = z.infer<typeof revocationPage>;
