import { claimText, loginText } from './access.js';

/**
 * Takes an answer of the API apart: which check it reached, which one failed, what was needed and
 * what to do next. The `code` of the body decides; it is stable.
 *
 * @typedef {'passed' | 'failed' | 'open' | 'unneeded'} StepState `open`: not checked, as far as the
 *   answer tells
 * @typedef {{ name: string, state: StepState, text: string }} Step
 * @typedef {object} Anatomy
 * @property {Step[]} steps none if nothing was sent
 * @property {string} needed
 * @property {string} next what to do
 * @property {Record<string, string>} [login] parameters of the login that would help
 */

/** By name: a label, what holds when it passes, and what is needed when it fails. */
const STEPS = {
  found: [
    'Token found',
    'Authorization: Bearer …, or DPoP …',
    'One access token, in the Authorization header.',
  ],
  form: ['Form', 'a signed JWT', 'A signed JWT of an allowed type and algorithm.'],
  key: ['Key', 'published by the issuer', 'A key that the issuer publishes.'],
  signature: ['Signature', 'made with that key', 'The token exactly as the issuer signed it.'],
  issuer: ['Issuer', 'iss is trusted', 'A token whose iss is the issuer that the API trusts.'],
  kind: [
    'Kind',
    'an access token, with a proof if it is bound',
    'An access token: no ID token, and bound to nothing that the request does not prove.',
  ],
  audience: ['Audience', 'aud is this API', 'A token whose aud names this API.'],
  time: ['Time', 'valid now', 'A token that has not expired, is already active and not revoked.'],
};

const PROOF_NEEDED =
  'A proof for this request, signed with the key that the token is bound to, and never sent before.';

const TOKEN_STEPS = Object.keys(STEPS);

/** What the API checks before it verifies a proof. */
const BEFORE_PROOF = ['found', 'form', 'key', 'signature', 'issuer', 'audience'];

const LOG_IN = 'Log in, or use a token of your own, and send the request again.';

/** The API was sent a token, and did not read it. */
const BIND =
  'Send a token that is bound to a key, with the scheme DPoP and a proof: this API reads no others.';

/**
 * By `code`: the check that failed, what to do next, and the checks that passed before it, where
 * the API does not check in the order of the list.
 *
 * @type {Record<string, { step: string, next: string, passed?: string[], login?: {} }>}
 */
const FAILURES = {
  credentials_repeated: {
    step: 'found',
    next: 'Send the token once, in the Authorization header.',
  },
  token_malformed: {
    step: 'form',
    next:
      'Send the whole access token. If it has no dots, it is opaque: Auth0 issues a JWT only when ' +
      'the login names the audience of an API.',
  },
  algorithm_not_allowed: {
    step: 'form',
    next: 'Let the issuer sign with an algorithm that the API allows, usually RS256.',
  },
  type_not_allowed: {
    step: 'form',
    next: 'Send an access token: the typ in its header is JWT or at+jwt.',
  },
  critical_header: {
    step: 'form',
    next: 'Let the issuer leave crit and b64 out of the header.',
  },
  key_unknown: {
    step: 'key',
    passed: ['found', 'form', 'issuer'],
    next: 'Log in again: the issuer may have replaced its keys since it issued this token.',
  },
  keys_unavailable: {
    step: 'key',
    passed: ['found', 'form', 'issuer'],
    next: 'Try again later. The token was neither accepted nor refused.',
  },
  signature_invalid: {
    step: 'signature',
    passed: ['found', 'form', 'key', 'issuer'],
    next: 'Send the token exactly as it was issued. Changing one character breaks the signature.',
  },
  issuer_mismatch: {
    step: 'issuer',
    passed: ['found', 'form'],
    next: 'Get a token from the issuer of this API: AUTH0_DOMAIN or ISSUER_BASE_URL.',
  },
  id_token_used: {
    step: 'kind',
    next: 'Send the access token. An ID token tells an application who logged in; it opens no API.',
  },
  token_bound: {
    step: 'kind',
    next:
      'Send a token that is bound to a key with the scheme DPoP and a proof, and other tokens with ' +
      'the scheme Bearer.',
  },
  dpop_proof_invalid: {
    step: 'kind',
    passed: BEFORE_PROOF,
    next: 'Send one new proof with every request, for its method and URL, signed with your key.',
  },
  dpop_nonce_required: {
    step: 'kind',
    passed: BEFORE_PROOF,
    next: 'Send the request again with the nonce of the header DPoP-Nonce in the proof.',
  },
  certificate_mismatch: {
    step: 'kind',
    next: 'Send the request with the client certificate that the token was issued for.',
  },
  replay_memory_unavailable: {
    step: 'time',
    next: 'Try again later, with a new proof. It was neither accepted nor refused.',
  },
  audience_mismatch: {
    step: 'audience',
    next: 'Name the audience of this API when you request the token: AUTH0_AUDIENCE.',
  },
  token_expired: {
    step: 'time',
    passed: ['found', 'form'],
    next: 'Get a new token: log in again, or let an SDK renew the token before it expires.',
  },
  token_not_active: {
    step: 'time',
    next: 'Wait until the time in nbf, or correct the clock of the issuer or of the API.',
  },
  claim_invalid: {
    step: 'time',
    next: 'Let the issuer set exp to a time and sub, where present, to a string.',
  },
  token_revoked: {
    step: 'time',
    login: {},
    next:
      'Log in again. The login that this token came from has ended, or an administrator has logged ' +
      'this person out.',
  },
  revocation_unavailable: {
    step: 'time',
    next: 'Try again later. The token was neither accepted nor refused.',
  },
  insufficient_scope: {
    step: 'scopes',
    next:
      'Log in as somebody who has what is needed, or grant it: in Auth0, under Permissions of the ' +
      'user or of a role. Then log in again, because a token never changes.',
  },
  claim_requirement: {
    step: 'claims',
    next: 'Let the tenant add the claim to its tokens: in Auth0, in a post-login Action.',
  },
  authentication_insufficient: {
    step: 'login',
    next: 'Log in again. The challenge says how recent or how strong the login must be.',
  },
};

/**
 * @param {object} answer
 * @param {number} answer.status
 * @param {boolean} answer.withToken
 * @param {string} [answer.scheme] of the token that was sent
 * @param {string | null} answer.challenge
 * @param {any} answer.json
 * @param {import('./access.js').Access} [access] of the route; undefined when it is unknown
 * @returns {Anatomy}
 */
export function anatomyOf({ status, withToken, scheme, challenge, json }, access) {
  if (status === 0) return { steps: [], needed: '', next: '' };
  const rules = access ?? { access: 'token', scopes: [], claims: [], stepUp: [] };
  const code = status === 401 && challenge !== null && !json?.code ? 'no_token' : json?.code;
  const failure =
    code === 'no_token'
      ? { step: 'found', next: scheme === 'Bearer' ? BIND : LOG_IN, passed: [] }
      : FAILURES[code];
  const requirements = requirementsOf(access);
  const names = [...TOKEN_STEPS, ...Object.keys(requirements)];
  const failedAt = failure === undefined ? names.length : names.indexOf(failure.step);
  const passed = failure?.passed ?? names.slice(0, failedAt);
  // A body that is too large or of another type is refused before the token is checked.
  const isUnread = status === 413 || status === 415 || status >= 500;
  /** @returns {StepState} */
  const stateOf = (name) => {
    if (name === failure?.step) return 'failed';
    if (failure === undefined && isUnread) return 'open';
    if (rules.access === 'public' || (failure === undefined && !withToken)) return 'unneeded';
    if (!passed.includes(name)) return 'open';
    return requirements[name]?.isNeeded === false ? 'unneeded' : 'passed';
  };
  const steps = names.map((name) => {
    const [label, text] = STEPS[name] ?? [requirements[name].label, requirements[name].text];
    const reason = name === failure?.step ? json?.error_description : undefined;
    return { name: label, state: stateOf(name), text: reason ?? text };
  });
  const login = failure?.step === 'login' ? loginParameters(challenge ?? '') : failure?.login;
  const { needed, next } = failure
    ? { needed: neededFor(failure.step, code, challenge, requirements), next: failure.next }
    : besidesToken(status, json);
  if (failure === undefined && needed !== '') {
    const text = [json?.message ?? needed].flat().join(' ');
    steps.push({ name: 'The route itself', state: 'failed', text });
  }
  return { steps, needed, next, login };
}

function requirementsOf(access) {
  if (access === undefined) {
    const text = 'unknown without the API reference';
    return {
      scopes: { label: 'Scopes', text, isNeeded: true, alternatives: [] },
      claims: { label: 'Claims', text, isNeeded: true },
      login: { label: 'Login', text, isNeeded: true },
    };
  }
  const { scopes, claims, stepUp } = access;
  const scopeText = ({ scopes: names, match }) => names.join(match === 'any' ? ' or ' : ' and ');
  return {
    scopes: {
      label: 'Scopes',
      text: scopes.map(scopeText).join(', and ') || 'none required',
      isNeeded: scopes.length > 0,
      /** Lists of which one scope is enough, as the challenge writes them. */
      alternatives: scopes
        .filter(({ match }) => match === 'any')
        .map(({ scopes: names }) => names.join(' ')),
    },
    claims: {
      label: 'Claims',
      text: claims.map(claimText).join(', and ') || 'none required',
      isNeeded: claims.length > 0,
    },
    login: {
      label: 'Login',
      text: stepUp.map(loginText).join(', and ') || 'any',
      isNeeded: stepUp.length > 0,
    },
  };
}

function neededFor(step, code, challenge, requirements) {
  if (code === 'no_token') return 'An access token for this API.';
  if (code === 'dpop_proof_invalid') return PROOF_NEEDED;
  if (step === 'scopes') {
    const [, scope] = /scope="([^"]*)"/.exec(challenge ?? '') ?? [];
    const names = scope?.split(' ') ?? [requirements.scopes.text];
    const isAny = requirements.scopes.alternatives.includes(scope);
    const listed = names.join(isAny ? ' or ' : ' and ');
    return `${names.length === 1 || isAny ? 'The scope' : 'The scopes'} ${listed}.`;
  }
  if (step === 'login') return `A token of ${requirements.login.text}.`;
  if (step === 'claims') return `A claim: ${requirements.claims.text}.`;
  return STEPS[step][2];
}

/** For the authorization request: what the challenge asks for (RFC 9470 §4). */
function loginParameters(challenge) {
  const names = ['max_age', 'acr_values'];
  const found = names.flatMap((name) => {
    const [, value] = new RegExp(`${name}="([^"]*)"`).exec(challenge) ?? [];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(found);
}

/** What an answer that is not about the token needs. */
function besidesToken(status, json) {
  if (status < 300 && status > 0) return { needed: '', next: '' };
  if (status === 0)
    return { needed: 'A connection to the API.', next: 'Check that it is running.' };
  if (status === 403) {
    return {
      needed: 'Somebody else’s message can only be changed by its author.',
      next: 'The token is fine, and no scope is missing. Use a message of your own.',
    };
  }
  if (status === 404) return { needed: 'Something with this address.', next: 'Check the id.' };
  if (status >= 500) {
    const text = [json?.message ?? 'The API could not answer.'].flat().join(' ');
    return { needed: text, next: 'Try again later.' };
  }
  return {
    needed: [json?.message ?? 'Another request.'].flat().join(' '),
    next: 'Correct the request. The token is not the problem.',
  };
}
