/** The demo cannot start. `start.mjs` prints only the message, without a stack. */
export class StartError extends Error {}
