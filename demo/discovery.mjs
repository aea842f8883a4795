import { brokenTokensUrl } from './broken-tokens.mjs';
import { PEOPLE } from './people.mjs';

/** Parameter of `/authorize`: the name of a person who is logged in without a password. */
export const LOGIN_AS = 'demo_login_as';

/**
 * Members of the discovery document that no other tenant has. From them the browser pages learn
 * that this is the demo, who can log in, and where to get tokens that an API must refuse.
 *
 * @param {string} issuer
 */
export function demoMembers(issuer) {
  return {
    demo: {
      login_parameter: LOGIN_AS,
      broken_tokens: brokenTokensUrl(issuer),
      people: PEOPLE.map(({ username, summary, permissions, claims }) => ({
        username,
        summary,
        claims: { scope: permissions.join(' '), ...claims, permissions },
      })),
    },
  };
}
