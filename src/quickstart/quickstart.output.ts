import { z } from 'zod';
import { subject } from '../messages/message.output.js';

const message = z.string().meta({ examples: ['Hello!'] });
const timestamp = z.iso.datetime();
const sub = subject('The `sub` of the access token.').optional();

/** What most routes of the quickstarts answer. */
export const greeting = z.object({ message }).meta({ id: 'Greeting' });

/** The same, with the time of the answer. */
export const timedGreeting = z.object({ message, timestamp }).meta({ id: 'TimedGreeting' });

/** To the subject of a token, if it has one. */
export const personalGreeting = z.object({ message, sub }).meta({ id: 'PersonalGreeting' });

/** To the subject of a token, with the time. */
export const timedPersonalGreeting = z
  .object({ message, sub, timestamp })
  .meta({ id: 'TimedPersonalGreeting' });

/** The claims of the access token. */
export const profile = z
  .object({
    message,
    user: z.record(z.string(), z.unknown()).meta({ examples: [{ tier: 'premium' }] }),
  })
  .meta({ id: 'Profile' });

/** The texts of the newest messages. */
export const feed = z
  .object({ feed: z.array(z.string().meta({ examples: ['Hello, world!'] })) })
  .meta({ id: 'Feed' });
