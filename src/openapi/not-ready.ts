import { z } from 'zod';

const parts = (...status: ('up' | 'down')[]) =>
  z.record(z.string(), z.object({ status: z.enum(status), ageSec: z.number().optional() }));

/** What `@nestjs/terminus` answers when a part fails: the status of each part by its name. */
export const notReady = z
  .object({
    status: z.enum(['error', 'shutting_down']),
    info: parts('up'),
    error: parts('down'),
    details: parts('up', 'down'),
  })
  .meta({ id: 'NotReady' });

const up = {
  keys: { status: 'up' },
  revocations: { status: 'up', ageSec: 12 },
  shutdown: { status: 'up' },
} as const;
const down = { database: { status: 'down' } } as const;

/** An example of {@link notReady}. */
export const NOT_READY: z.infer<typeof notReady> = {
  status: 'error',
  info: up,
  error: down,
  details: { ...up, ...down },
};
