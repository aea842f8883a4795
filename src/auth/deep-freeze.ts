/** Freezes a value of a token's JSON, whose depth is bounded, and all that is in it: requests with the same token share it, and what one handler changed, another would see. */
export function deepFreeze<T extends object>(root: T): T {
  for (const value of Object.values(root) as unknown[]) {
    if (typeof value === 'object' && value !== null) deepFreeze(value);
  }
  return Object.freeze(root);
}
