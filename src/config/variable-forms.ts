import { BlockList, isIPv4 } from 'node:net';

/** What follows each first member of pairs. */
export function groupByFirst(pairsOfScopes: readonly [string, string][]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [first, second] of pairsOfScopes) {
    groups.set(first, [...(groups.get(first) ?? []), second]);
  }
  return Object.fromEntries(groups);
}

/** Whether a string is scheme, host and port of a URL, and no more. */
export function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** ioredis finds other faults when it connects, and reports them without the variable. */
export function isRedisUrl(text: string): boolean {
  // No query: it would replace the options of the connection.
  if (!/^rediss?:\/\/[^?#\s]+$/.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname, username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
  } catch {
    return false;
  }
  return hostname !== '' && /^\/?\d*$/.test(pathname);
}

/** Whether a range is smaller than the Internet. Anyone in it can choose a client's address. */
export function isNarrow(range: string): boolean {
  const [address = '', prefix] = range.split('/');
  if (prefix === undefined) return true;
  if (isIPv4(address)) return Number(prefix) >= 8;
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), 'ipv6');
  // IPv4 addresses are a part of IPv6 (RFC 4291 §2.5.5.2).
  return Number(prefix) >= 7 && !block.check('::ffff:0:0', 'ipv6');
}
