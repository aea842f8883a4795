const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Lets a signal end the process with exit code 0 before there is anything to finish. The first
 * process of a container, which has no default handlers, would ignore it.
 *
 * @returns a function that removes the handlers, for those who take over.
 */
export function exitOnSignal(): () => void {
  const exit = () => process.exit(0);
  for (const signal of SIGNALS) process.once(signal, exit);
  return () => {
    for (const signal of SIGNALS) process.off(signal, exit);
  };
}
