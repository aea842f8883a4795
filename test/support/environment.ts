import type { Variables } from '../../src/config/environment.js';
import { variables } from '../../src/config/variables.js';

/** Every variable that the application reads. */
export const VARIABLE_NAMES = Object.keys(variables.shape);

/**
 * Runs `work` with these variables in `process.env` and no other variable of the application.
 * Restores `process.env` afterwards. Calls in one process must not overlap.
 */
export async function withEnvironment<T>(given: Variables, work: () => T | Promise<T>): Promise<T> {
  const names = [...VARIABLE_NAMES, ...Object.keys(given)];
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  const set = (values: Variables) => {
    for (const name of names) {
      const value = values[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  set(given);
  try {
    return await work();
  } finally {
    set(before);
  }
}
