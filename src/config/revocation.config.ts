import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

/** Auth0's longest lifetime of an access token is 30 days. */
const LONGEST_TOKEN_SEC = 31 * 24 * 60 * 60;

/** How access tokens are revoked. */
export const revocationConfig = registerAs('revocation', () => {
  const variables = readEnvironment();
  return {
    /** How long an access token may live at most, in seconds. A revocation lives as long. */
    tokenLifeSec: variables.TOKEN_MAX_AGE_SEC ?? LONGEST_TOKEN_SEC,
    /** The client whose logout tokens are accepted. Without it, none is. */
    logoutClientId: variables.BACKCHANNEL_LOGOUT ? variables.AUTH0_CLIENT_ID : undefined,
  };
});
