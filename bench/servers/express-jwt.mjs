/** Auth0's earlier quickstart for Express, which most tutorials still show. */
import express from 'express';
import { expressjwt } from 'express-jwt';
import jwtAuthz from 'express-jwt-authz';
import { expressJwtSecret } from 'jwks-rsa';

const { AUDIENCE, ISSUER_BASE_URL, PORT } = process.env;

const checkJwt = expressjwt({
  secret: expressJwtSecret({
    cache: true,
    rateLimit: true,
    jwksRequestsPerMinute: 5,
    jwksUri: `${ISSUER_BASE_URL}.well-known/jwks.json`,
  }),
  audience: AUDIENCE,
  issuer: ISSUER_BASE_URL,
  algorithms: ['RS256', 'ES256'],
});
// express-jwt 7 and later set `auth`. express-jwt-authz reads `user` by default.
const checkScopes = jwtAuthz(['read:messages'], { customUserKey: 'auth' });

const app = express();

app.get('/api/private-scoped', checkJwt, checkScopes, (_request, response) => {
  response.json({ message: 'Hello from a private endpoint! You have the scope read:messages.' });
});

app.listen(Number(PORT), '127.0.0.1');
