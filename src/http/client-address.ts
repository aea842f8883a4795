import { isIP } from 'node:net';

/** An IPv4 address as a socket for IPv6 has it (RFC 4291 §2.5.5.2). */
const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i;

export interface AddressedRequest {
  /** Of the client, or of the last proxy that is not trusted. */
  readonly ip: string;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/**
 * The address of a client. What a trusted proxy reports may be anything, for example `unknown`
 * (RFC 7239 §6): then it is that of the connection.
 */
export function clientAddress({ ip, socket }: AddressedRequest): string {
  const address = isIP(ip) ? ip : (socket.remoteAddress ?? 'unknown');
  return address.replace(MAPPED_IPV4, '');
}
