/** `traceparent`: version, trace id, parent id, flags (W3C Trace Context §3.2). */
const TRACEPARENT =
  /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(-.*)?$/;

/**
 * The trace id in a `traceparent` header; undefined without a well-formed one. Versions after 00
 * may have more fields (§4).
 */
export function traceIdOf(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined;
  const [, traceId, more] = TRACEPARENT.exec(header) ?? [];
  return more !== undefined && header.startsWith('00') ? undefined : traceId;
}
