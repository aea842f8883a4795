const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Lets a signal end the process at once. The first process of a container, which has no default
 * handlers, would ignore it.
 *
 * @param code exit code: 0 where nothing is left unfinished.
 * @returns a function that removes the handlers, for those who take over.
 */
export function exitOnSignal(code: number): () => void {
  const exit = () => process.exit(code);
  for (const signal of SIGNALS) process.once(signal, exit);
  return () => {
    for (const signal of SIGNALS) process.off(signal, exit);
  };
}
