/** Auth0's quickstart for Express. The middleware reads ISSUER_BASE_URL and AUDIENCE itself. */
import express from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';

const app = express();

app.get('/api/private-scoped', auth(), requiredScopes('read:messages'), (_request, response) => {
  response.json({ message: 'Hello from a private endpoint! You have the scope read:messages.' });
});

app.listen(Number(process.env.PORT), '127.0.0.1');
