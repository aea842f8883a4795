import { interactionPolicy } from 'oidc-provider';

/** Value of `acr_values` and of `acr`: a login with a second factor, as Auth0 calls it. */
export const SECOND_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

const { Check, base } = interactionPolicy;

/**
 * When the login page is shown: also for a stronger login than the one of the session. There is no
 * consent page, not even for `prompt=consent`: all applications are first-party.
 */
export function loginPolicy() {
  const policy = base();
  policy.get('consent').checks.clear();
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
