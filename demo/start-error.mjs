/** Why the demo cannot start. The message is for its user and is printed without a stack. */
export class StartError extends Error {}
