/** The contenders whose route is protected. */
const PROTECTED = [
  'this',
  'fastify-jwt-cache',
  'fastify-jwt',
  'express-oauth2-jwt-bearer',
  'express-jwt',
  'nest-fastify',
  'nest-express',
];

/** Tokens of a round in which each is sent once: about a second for the fastest server. */
const FRESH = 10_000;

/**
 * What is sent, and the status of every answer.
 *
 * @typedef {import('./tokens/tokens.mjs').Tokens} Tokens
 *
 * @typedef {object} Case
 * @property {string} id
 * @property {string} title
 * @property {string} about
 * @property {number} status of every answer
 * @property {string[]} contenders
 * @property {boolean} [once] whether each token is sent once, so that each round has its own file
 * @property {string} [comparedWith] id of an earlier case that it is compared with: they take turns
 * @property {number} [warmUpSeconds] until every token was seen, if that takes longer than usual
 * @property {boolean} [forTheRecord] no goal hangs on it: fewer rounds
 * @property {(tokens: Tokens, round: number) => Promise<string>} file of tokens
 *
 * @type {Case[]}
 */
export const CASES = [
  {
    id: 'warm',
    title: 'Warm: 200 tokens in rotation',
    about: 'Every token was seen before, as in most requests of an application in use.',
    status: 200,
    contenders: [
      'this',
      'public',
      'this-operated',
      'fastify-jwt-fixed-key',
      ...PROTECTED.slice(1),
      'nest-bare',
      'raw',
    ],
    file: (tokens) => tokens.good('warm', 200),
  },
  {
    id: 'cold',
    title: 'Cold: every token new',
    about: 'No token is ever sent twice to the same server, so no cache helps.',
    status: 200,
    once: true,
    contenders: PROTECTED,
    file: (tokens, round) => tokens.good(`cold-${round}`, FRESH),
  },
  {
    id: 'expired',
    title: 'Refused: expired',
    about: '200 tokens that were good until an hour ago, in rotation.',
    comparedWith: 'cold',
    status: 401,
    contenders: PROTECTED,
    file: (tokens) => tokens.expired('expired', 200),
  },
  {
    id: 'forged',
    title: 'Refused: forged',
    about: '200 tokens in rotation that name a known key and are signed with another.',
    comparedWith: 'cold',
    status: 401,
    contenders: PROTECTED,
    file: (tokens) => tokens.forged('forged', 200),
  },
  {
    id: 'hostile',
    title: 'Refused: hostile',
    about: 'Headers of up to 14 KiB that are made to take long to refuse.',
    comparedWith: 'cold',
    status: 401,
    contenders: ['this'],
    file: (tokens) => tokens.hostile('hostile'),
  },
  {
    id: 'active',
    title: '20,000 active tokens of 20 applications',
    about: 'In rotation, 1,000 tokens of each application.',
    status: 200,
    warmUpSeconds: 4,
    contenders: ['this-twenty-clients', ...PROTECTED.slice(1)],
    file: (tokens) => tokens.good('active', 20_000, { clients: 20 }),
  },
  {
    id: 'active-one-client',
    title: '20,000 active tokens of one application',
    about: 'In rotation, as of a single-page application.',
    comparedWith: 'active',
    status: 200,
    warmUpSeconds: 4,
    contenders: ['this-one-client', 'fastify-jwt-cache', 'express-oauth2-jwt-bearer'],
    file: (tokens) => tokens.good('active-one-client', 20_000),
  },
  {
    id: 'write',
    title: 'For the record: writing messages',
    about: 'Each request writes a message, with a token that was seen before.',
    status: 201,
    forTheRecord: true,
    contenders: ['this-post', 'this-keyed'],
    file: (tokens) => tokens.good('write', 200, { scope: 'write:messages' }),
  },
  {
    id: 'es256',
    title: 'For the record: ES256, 200 tokens in rotation',
    about: 'These signatures are shorter and take longer to verify.',
    status: 200,
    forTheRecord: true,
    contenders: ['this-es256', ...PROTECTED.slice(1)],
    file: (tokens) => tokens.good('es256', 200, { alg: 'ES256' }),
  },
  {
    id: 'dpop',
    title: 'For the record: DPoP, 200 tokens in rotation, each with a new proof',
    about:
      'Every token and every key was seen before, and every request has a proof of its own, signed ' +
      'with ES256. This API remembers the proofs, in its memory. The peer does not.',
    status: 200,
    once: true,
    forTheRecord: true,
    contenders: ['this-dpop', 'express-oauth2-jwt-bearer-dpop'],
    file: (tokens, round) => tokens.proven(`dpop-${round}`, FRESH),
  },
  {
    id: 'dpop-bearer',
    title: 'For the record: the same API with bearer tokens',
    about: '200 tokens in rotation, as in the first case.',
    comparedWith: 'dpop',
    status: 200,
    forTheRecord: true,
    contenders: ['this-dpop-bearer'],
    file: (tokens) => tokens.good('dpop-bearer', 200),
  },
];

/**
 * Cases in the order given, those together that take turns with one another.
 *
 * @param {Case[]} cases
 * @returns {Case[][]}
 */
export function groupsOf(cases) {
  const groups = new Map();
  for (const one of cases) {
    const id = one.comparedWith ?? one.id;
    groups.set(id, [...(groups.get(id) ?? []), one]);
  }
  return [...groups.values()];
}
