/** The SDK keeps the nonces of this API apart from those of the issuer. */
const NONCES = 'api';

/**
 * Proves that a request comes from the browser that a token is bound to (DPoP, RFC 9449). The
 * private key is made by the SDK and cannot leave the browser.
 */
export class Prover {
  #client;

  /** @param {import('@auth0/auth0-spa-js').Auth0Client} client with `useDpop` */
  constructor(client) {
    this.#client = client;
  }

  /**
   * @param {{ method: string, url: string, token: string }} request
   * @returns {Promise<string>} a proof, which works for one request
   */
  async proofFor({ method, url, token }) {
    const nonce = await this.#client.getDpopNonce(NONCES);
    return this.#client.generateDpopProof({ method, url, nonce, accessToken: token });
  }

  /**
   * Keeps the nonce that an answer brings, for the next proof.
   *
   * @param {Response} response
   * @returns {Promise<boolean>} whether the request has to be sent again with this nonce
   */
  async takeNonce({ status, headers }) {
    const nonce = headers.get('dpop-nonce');
    if (nonce === null) return false;
    await this.#client.setDpopNonce(nonce, NONCES);
    return status === 401 && headers.get('www-authenticate')?.includes('use_dpop_nonce') === true;
  }
}
