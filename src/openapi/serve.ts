import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { ResolvedAuthOptions } from '../auth/index.js';
import { allowPage } from '../http/security-headers.js';
import { createDocument } from './document.js';

const PATH = '/docs';

export interface DocsConfig {
  issuer: string;
  isAuth0: boolean;
  audience: readonly string[];
  /** Client that people log in with. */
  clientId?: string;
  /** Scopes that are preselected for the login. */
  scopes: readonly string[];
}

/**
 * Serves the document at `/docs-json` and `/docs-yaml`, and Swagger UI at `/docs/`, where people
 * can log in and call the API. The guards do not cover these routes: they are open to everyone.
 * Call it before the application listens.
 */
export function serveDocs(app: NestFastifyApplication, config: DocsConfig): void {
  const { issuer, isAuth0, audience, clientId, scopes } = config;
  allowPage(app, PATH, {
    'script-src': ["'self'"],
    // Swagger UI sets styles in its markup.
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:'],
    // The issuer: for its discovery document and its token endpoint.
    'connect-src': ["'self'", new URL(issuer).origin],
  });
  redirectToDirectory(app);

  const { claimFailure, grantClaims } = app.get<ResolvedAuthOptions>(ResolvedAuthOptions);
  const document = createDocument(app, { issuer, isAuth0, claimFailure, grantClaims });
  SwaggerModule.setup(PATH, app, document, {
    customSiteTitle: 'Messages: API docs',
    swaggerOptions: {
      // The badge of Swagger's online validator would send the address of this document there.
      validatorUrl: 'none',
      initOAuth: {
        clientId,
        scopes: [...scopes],
        usePkceWithAuthorizationCodeGrant: true,
        // Without an audience Auth0 issues tokens for /userinfo only.
        additionalQueryStringParams: { audience: audience[0]! },
      },
    },
  });
}

/** Swagger UI loads its files, and returns from a login, relative to its URL: a directory. */
function redirectToDirectory(app: NestFastifyApplication): void {
  // Relative targets, because a proxy may serve the API under another path.
  const targets = new Map([
    [PATH, `.${PATH}/`],
    [`${PATH}/index.html`, './'],
  ]);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', (route) => {
    const target = targets.get(route.url);
    if (target !== undefined) route.handler = (_request, reply) => reply.redirect(target);
  });
}
