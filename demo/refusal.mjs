/** Why the demo does not start, in words for who started it: no stack is needed to act on it. */
export class Refusal extends Error {}
