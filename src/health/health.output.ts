import { z } from 'zod';
import { ageSec } from '../openapi/not-ready.js';

export const healthy = z.object({ status: z.literal('ok') }).meta({ id: 'Healthy' });

/** What an instance answers that can serve requests. */
export const ready = healthy.extend({ revocations: z.object({ ageSec }) }).meta({ id: 'Ready' });
