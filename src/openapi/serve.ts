import type { ConfigType } from '@nestjs/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { ResolvedAuthOptions } from '../auth/index.js';
import { browserConfig } from '../config/browser.config.js';
import { limitsConfig } from '../config/limits.config.js';
import { allowPage } from '../http/security-headers.js';
import { createDocument } from './document.js';

const PATH = '/docs';

/**
 * People log in with a public client (RFC 6749 §2.1): it has no secret, and of the flows of a
 * discovered issuer it can use the authorization code alone.
 */
const LOGIN_CSS = `.dialog-ux .auth-container:not(:has([for^='client_id_auth'])),
  .dialog-ux .wrapper:has([for^='client_secret_auth']) { display: none }`;

const LINK_CSS = '.to-pages { display: block; padding: 10px 20px; font: 16px sans-serif }';

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

  const { client } = app.get<ConfigType<typeof browserConfig>>(browserConfig.KEY);
  const auth = app.get<ResolvedAuthOptions>(ResolvedAuthOptions);
  const { perMinute } = app.get<ConfigType<typeof limitsConfig>>(limitsConfig.KEY);
  const isLimited = perMinute !== undefined;
  const document = createDocument(app, { issuer, isAuth0, isLimited, auth });
  SwaggerModule.setup(PATH, app, document, {
    customSiteTitle: 'Messages: API docs',
    customCss: `${LOGIN_CSS}\n${LINK_CSS}`,
    swaggerOptions: {
      docExpansion: 'none',
      plugins: client ? [linkToPages] : [],
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

/**
 * A plugin of Swagger UI: a link to the browser pages above its header. The page gets the text of
 * this function, so it must not use anything else of this file.
 */
const linkToPages = () => ({
  wrapComponents: {
    Topbar:
      (Topbar: unknown, { React }: { React: { createElement: Function } }) =>
      (props: object) => {
        const link = { href: '../', className: 'to-pages' };
        const text = React.createElement('a', link, 'Back to the browser pages');
        return React.createElement('div', {}, text, React.createElement(Topbar, props));
      },
  },
});

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
