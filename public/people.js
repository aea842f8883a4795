/**
 * @typedef {object} Person a column of the access map
 * @property {string} username
 * @property {Record<string, unknown>} claims of an access token of this person
 *
 * @typedef {object} Demo the tenant of `npm run demo`
 * @property {string} login_parameter logs in as the person that it names
 * @property {string} broken_tokens address of tokens that the API must refuse
 * @property {(Person & { summary: string })[]} people
 */

/** An issuer that takes longer is considered unreachable. */
const TIMEOUT_MS = 3000;

/**
 * Asks the issuer whether it is the tenant of the demo. Only an issuer on this machine has an
 * address with `http:`, so no other tenant is ever asked.
 *
 * @param {{ domain: string } | undefined} config
 * @returns {Promise<Demo | undefined>}
 */
export async function findDemo(config) {
  if (!config?.domain.startsWith('http:')) return undefined;
  try {
    const address = `${config.domain}/.well-known/openid-configuration`;
    const answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return (await answer.json()).demo;
  } catch {
    return undefined;
  }
}

/**
 * Sample people for an API whose people are unknown: the reader has every scope that begins with
 * `read:`, the writer every scope except those that end in `:admin`, and the admin has everything
 * that a route requires.
 *
 * @param {import('./access.js').Access[]} rules of all routes
 * @param {string[]} grantClaims
 * @returns {Person[]}
 */
export function samplePeople(rules, grantClaims) {
  const requirements = rules.flatMap(({ scopes }) => scopes);
  const all = [...new Set(requirements.flatMap(({ scopes }) => scopes))];
  const granting = [...grantClaims, ...requirements.flatMap(({ from = [] }) => from)];
  const grant = (scopes) => Object.fromEntries(granting.map((claim) => [claim, scopes]));
  const withoutAdmin = all.filter((scope) => !scope.endsWith(':admin'));
  return [
    {
      username: 'reader',
      claims: grant(withoutAdmin.filter((scope) => scope.startsWith('read:'))),
    },
    { username: 'writer', claims: grant(withoutAdmin) },
    { username: 'admin', claims: { ...requiredClaims(rules), ...grant(all) } },
  ];
}

/** The claims that meet every requirement on claims, except those that a function decides. */
function requiredClaims(rules) {
  const claims = {};
  for (const { claim, equals, includes } of rules.flatMap((rule) => rule.claims)) {
    if (claim === undefined) continue;
    const path = [claim].flat();
    let parent = claims;
    for (const name of path.slice(0, -1)) parent = parent[name] ??= {};
    const name = path.at(-1);
    parent[name] = includes === undefined ? equals : [...(parent[name] ?? []), ...includes];
  }
  return claims;
}
