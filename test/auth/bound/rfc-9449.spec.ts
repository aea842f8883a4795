import { calculateJwkThumbprint } from 'jose';
import { verifyProof } from '../../../src/auth/bound/dpop-proof.js';
import { ProofKeys } from '../../../src/auth/bound/proof-keys.js';

/** Examples of RFC 9449: figures 2 and 4 (§4.1, §4.2), 8 (§6.1), 12 and 13 (§7.1). */
const JWK = {
  kty: 'EC',
  crv: 'P-256',
  x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
  y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
};
const JKT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
const TOKEN = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
const IAT = 1_562_262_618;
const PROOF = [
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjN',
  'oUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VER',
  'WclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaH',
  'R1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOC',
  'wiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-',
  'Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA',
].join('');

const request = {
  method: 'GET',
  url: 'https://resource.example.org/protectedresource',
  token: TOKEN,
};

const verify = (changes: Partial<typeof request> = {}, now = IAT) =>
  verifyProof(
    PROOF,
    { ...request, ...changes },
    { keys: new ProofKeys(), now: now * 1000, maxAgeSec: 60 },
  );

describe('the examples of RFC 9449', () => {
  it('have the thumbprint of §6.1', async () => {
    expect(await calculateJwkThumbprint(JWK)).toBe(JKT);
  });

  it('verify: the proof of §7.1 with its token, at its time', async () => {
    expect(await verify()).toEqual({ jkt: JKT, jti: 'e1j3V_bKic8-LAEB', iat: IAT });
  });

  it.each<[string, Partial<typeof request>, number, string]>([
    ['another method', { method: 'POST' }, IAT, 'htm'],
    ['another URL', { url: 'https://resource.example.org/other' }, IAT, 'htu'],
    ['another token', { token: `${TOKEN}x` }, IAT, 'ath'],
    ['a later time', {}, IAT + 61, 'iat'],
    ['an earlier time', {}, IAT - 61, 'iat'],
  ])('do not verify with %s', async (_, changes, now, claim) => {
    await expect(verify(changes, now)).rejects.toThrow(`The ${claim} claim of the DPoP proof`);
  });
});
