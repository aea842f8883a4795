import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

/** Where the server listens, how clients reach it, and how it stops. */
export const serverConfig = registerAs('server', () => {
  const variables = readEnvironment();
  return {
    port: variables.PORT,
    host: variables.HOST,
    /** The origin that clients use, when it is known. */
    publicUrl: variables.PUBLIC_URL,
    /** Addresses and ranges of proxies whose `X-Forwarded-*` headers are believed. */
    trustedProxies: variables.TRUSTED_PROXIES,
    /** Header in which they hand over the certificate of a client. Without it, none is read. */
    certificateHeader: variables.MTLS_CERT_HEADER,
    /** Origins whose pages may call the API. None turns CORS off. */
    corsOrigins: variables.CORS_ORIGINS,
    /** Time between "not ready" and closing the port, in seconds. */
    shutdownDelaySec: variables.SHUTDOWN_DELAY_SEC,
    /** URI of the contact in `/.well-known/security.txt`. */
    securityContact: variables.SECURITY_CONTACT,
    /** The start log comments on it. */
    mode: variables.NODE_ENV,
  };
});
