import { z } from 'zod';

export const healthy = z.object({ status: z.literal('ok') }).meta({ id: 'Healthy' });

const ageSec = z.number().meta({
  description: 'Seconds since the revocations were last read from the database.',
  examples: [1],
});

/** What an instance answers that can serve requests. */
export const ready = healthy.extend({ revocations: z.object({ ageSec }) }).meta({ id: 'Ready' });
