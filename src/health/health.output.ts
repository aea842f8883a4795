import { z } from 'zod';

export const healthy = z.object({ status: z.literal('ok') }).meta({ id: 'Healthy' });

const parts = (...status: ('up' | 'down')[]) =>
  z.record(z.string(), z.object({ status: z.enum(status) }));

/** What `@nestjs/terminus` answers when a part fails: the status of each part by its name. */
export const notReady = z
  .object({
    status: z.enum(['error', 'shutting_down']),
    info: parts('up'),
    error: parts('down'),
    details: parts('up', 'down'),
  })
  .meta({ id: 'NotReady' });

const up = { keys: { status: 'up' }, shutdown: { status: 'up' } } as const;
const down = { database: { status: 'down' } } as const;

/** An example of {@link notReady}. */
export const NOT_READY: z.infer<typeof notReady> = {
  status: 'error',
  info: up,
  error: down,
  details: { ...up, ...down },
};
