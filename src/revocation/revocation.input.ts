import { z } from 'zod';
import { pageQuery } from '../http/pagination.js';
import { identifier } from '../messages/message.input.js';

/** A claim that names what is revoked. */
const claim = (description: string) =>
  identifier('must be a string').optional().meta({ description });

/** Body of a revocation by an administrator. */
export const revocationInput = z
  .strictObject(
    {
      sub: claim('Revokes all access tokens of this subject that were issued until now.'),
      sid: claim('Revokes all access tokens of this session that were issued until now.'),
      jti: claim('Revokes this access token.'),
    },
    { error: 'must be a JSON object' },
  )
  .refine((input) => Object.values(input).filter((value) => value !== undefined).length === 1, {
    error: 'must have exactly one of sub, sid and jti',
  })
  .meta({
    id: 'RevocationInput',
    minProperties: 1,
    maxProperties: 1,
    examples: [{ sub: 'auth0|5f7c8ec7c33c6c004bbafe82' }],
  });
export type RevocationInput = z.infer<typeof revocationInput>;

/** Query of the list of revocations. */
export const revocationsQuery = z.strictObject(pageQuery);
export type RevocationsQuery = z.infer<typeof revocationsQuery>;

/** Form of a logout (OpenID Connect Back-Channel Logout 1.0 §2.5). It is described only. */
export const logoutForm = z
  .object({
    logout_token: z.string().meta({ description: 'A logout token.', examples: ['eyJhbGciOi…'] }),
  })
  .meta({ id: 'LogoutForm' });
