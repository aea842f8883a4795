import { z } from 'zod';

/** What a page needs to log somebody in, as options of auth0-spa-js. */
export const clientConfig = z
  .object({ domain: z.string(), clientId: z.string(), audience: z.string(), scope: z.string() })
  .meta({ id: 'ClientConfig' });
