import { interactionPolicy } from 'oidc-provider';
import { isFirstParty } from './clients.mjs';

/** Value of `acr_values` and of `acr`: a login with a second factor, as Auth0 calls it. */
export const SECOND_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

const { Check, base } = interactionPolicy;

/**
 * When the login page is shown: also for a stronger login than the one of the session. And when the
 * consent page is shown: at every login to an application that registered itself. Anybody on this
 * machine can pretend to be that application (RFC 8252 §8.6). For the tenant's own applications
 * there is no consent page, not even for `prompt=consent`.
 */
export function loginPolicy() {
  const policy = base();
  const { checks } = policy.get('consent');
  checks.clear();
  checks.add(
    new Check('unknown_client', 'consent is required', 'consent_required', ({ oidc }) => {
      const isSettled = isFirstParty(oidc.client) || oidc.result?.consent !== undefined;
      return isSettled ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    }),
  );
  policy.get('login').checks.add(
    new Check('acr_values_unmet', 'a second factor is requested', ({ oidc }) => {
      const isMet = !wantsSecondFactor(oidc.params) || oidc.session.acr === SECOND_FACTOR;
      return isMet ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    }),
  );
  return policy;
}

/** @param {{ acr_values?: string }} params of an authorization request */
export function wantsSecondFactor({ acr_values: values = '' }) {
  return values.split(' ').includes(SECOND_FACTOR);
}
