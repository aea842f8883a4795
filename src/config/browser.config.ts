import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

/** What is served to browsers: the pages at `/` and the API reference at `/docs`. */
export const browserConfig = registerAs('browser', () => {
  const { NODE_ENV, CLIENT, DOCS, AUTH0_CLIENT_ID, AUTH0_CLIENT_SCOPES, AUTH0_DOMAIN } =
    readEnvironment();
  const byDefault = NODE_ENV !== 'production';
  return {
    client: CLIENT ?? byDefault,
    docs: DOCS ?? byDefault,
    /** Without a client id, nobody can log in on the pages. */
    clientId: AUTH0_CLIENT_ID,
    /** Scopes of the API that a login requests. Without them, the application chooses. */
    clientScopes: AUTH0_CLIENT_SCOPES,
    /** Where people log in is known for an Auth0 tenant; for other issuers it is discovered. */
    isAuth0: AUTH0_DOMAIN !== undefined,
  };
});
