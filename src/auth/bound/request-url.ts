/** A URL of HTTP in printable ASCII. `URL` would also read backslashes, spaces and line breaks. */
const HTTP_URL = /^https?:\/\/[^/\\][\x21-\x5B\x5D-\x7E]*$/i;

/** Characters that mean the same when they are percent-encoded (RFC 3986 §2.3). */
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/** What is read of a request: `originalUrl` has what was sent, also in a mounted application. */
interface TargetedRequest {
  originalUrl?: string;
  url?: string;
}

/**
 * The URL of a request as its client knows it, in normal form. The host is always that of
 * `publicUrl`: neither the Host header counts, nor a host in the target (RFC 9112 §3.2.2).
 */
export function urlOf(request: object, publicUrl: string): string | undefined {
  const { originalUrl, url = '' } = request as TargetedRequest;
  const path = (originalUrl ?? url).replace(/^https?:\/\/[^/?#]*/i, '');
  return normalUrl(publicUrl + (path.startsWith('/') ? path : `/${path}`));
}

/**
 * A URL in the form in which `htu` is compared: without query and fragment (RFC 9449 §4.3), and
 * after the normalization of RFC 3986 §6.2.2 and §6.2.3. Undefined when it is not a URL of HTTP.
 */
export function normalUrl(url: unknown): string | undefined {
  if (typeof url !== 'string' || !HTTP_URL.test(url)) return undefined;
  const bare = url.replace(/[?#].*$/, '');
  if (!URL.canParse(bare) || /%(?![0-9a-f]{2})/i.test(bare)) return undefined;
  // URL writes scheme and host in lower case, and removes default ports and dot segments.
  return new URL(bare).href.replaceAll(/%[0-9a-f]{2}/gi, normalOctet);
}

function normalOctet(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return UNRESERVED.test(character) ? character : encoded.toUpperCase();
}
