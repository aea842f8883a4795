import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { allowPage } from '../http/security-headers.js';
import { createDocument, scopesOf } from './document.js';
import { type IssuerConfig, LoginDiscovery, loginScheme } from './login.js';
import { SCHEME } from './security.js';

const PATH = '/docs';

/**
 * Serves the document at `/docs-json` and `/docs-yaml`, and at `/docs/` a page in which people log in and try it out. They
 * lie outside the guards, open to everybody. Call it before the application listens.
 */
export function serveDocs(
  app: NestFastifyApplication,
  config: IssuerConfig & { clientId?: string },
): void {
  const { auth, clientId } = config;
  allowPage(app, PATH, {
    'script-src': ["'self'"],
    // Swagger UI sets styles in its markup.
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:'],
    'connect-src': ["'self'", new URL(auth.issuer).origin],
  });
  redirectToDirectory(app);

  const document = createDocument(app, config);
  const scopes = scopesOf(document);
  const discovery = new LoginDiscovery(config);
  SwaggerModule.setup(PATH, app, document, {
    customSiteTitle: 'Messages: API docs',
    patchDocumentOnRequest: async () => ({
      ...document,
      components: {
        ...document.components,
        securitySchemes: { [SCHEME]: loginScheme(auth.issuer, scopes, await discovery.find()) },
      },
    }),
    swaggerOptions: {
      // The badge of a validator elsewhere would be told the address of this document.
      validatorUrl: 'none',
      initOAuth: {
        clientId,
        scopes: Object.keys(scopes),
        usePkceWithAuthorizationCodeGrant: true,
        // Without an audience Auth0 hands out tokens for /userinfo alone.
        additionalQueryStringParams: { audience: auth.audience[0]! },
      },
    },
  });
}

/** The page looks for its files, and for where a login returns to, beside its own address: it must be a directory. */
function redirectToDirectory(app: NestFastifyApplication): void {
  // Relative: where a proxy has put the API is not known here.
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
