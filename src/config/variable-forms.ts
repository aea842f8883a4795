import { BlockList, isIPv4 } from 'node:net';
import { z } from 'zod';

const LOOPBACK_HOST = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** https, or http on a loopback host. */
export const issuerUrl = z.union(
  [z.url({ protocol: /^https$/ }), z.url({ protocol: /^http$/, hostname: LOOPBACK_HOST })],
  'must be an https URL, such as https://issuer.example.com/ (http only for a loopback host)',
);

/** Entries separated by commas. */
export const list = (entry: z.ZodString, missing?: string) =>
  z
    .string(missing)
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(entry));

/** An integer. */
export const integer = (min: number, max: number, rule: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .pipe(z.int().min(min, rule).max(max, rule));

/** Pairs `name=value`, separated by commas. */
export const pairs = <Name extends z.ZodString | z.ZodEnum>(
  name: Name,
  value: z.ZodString,
  rule: string,
) =>
  z
    .string()
    .transform((text) =>
      text.split(',').map((pair) => {
        const [, left = '', right = ''] = /^([^=]*)=(.*)$/.exec(pair.trim()) ?? [];
        return [left, right] as [z.input<Name>, string];
      }),
    )
    .pipe(z.array(z.tuple([name, value]), rule));

/** Text without spaces. */
export const word = (rule: string) => z.string().regex(/^\S+$/, rule);

/** One scope (RFC 6749 §3.3). */
export const scope = (rule: string) => z.string().regex(/^[!#-[\]-~]+$/, rule);

export const onOff = z.stringbool({
  truthy: ['on'],
  falsy: ['off'],
  case: 'sensitive',
  error: 'must be on or off',
});

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
