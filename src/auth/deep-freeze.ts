/** Freezes a value of JSON, and all that is in it: requests with the same token share it, and what one handler changed, another would see. */
export function deepFreeze<T extends object>(root: T): T {
  // A list, not recursion: the depth of a claim is the issuer's to choose.
  const objects: object[] = [root];
  for (const object of objects) {
    Object.freeze(object);
    for (const value of Object.values(object) as unknown[]) {
      if (typeof value === 'object' && value !== null) objects.push(value);
    }
  }
  return root;
}
