import type { Expected, Given, RequestCase, Sent } from './case.js';
import { headerText, type Members, payloadText, signed } from './token.js';

/** A request for `/routes/PATH` with a valid token that has these claims. */
export const ask =
  (path: string, ...members: Members) =>
  (given: Given): Sent => ({
    path: `/routes/${path}`,
    token: signed(given, headerText(given), payloadText(given, members)),
  });

/** Cases of one route and one claim; each value is JSON text. */
export function values(
  path: string,
  claim: string,
  expected: Expected,
  list: readonly string[],
): RequestCase[] {
  return list.map((value) => [
    `/routes/${path} with ${claim}: ${value.slice(0, 80)}`,
    ask(path, [claim, value]),
    expected,
  ]);
}
