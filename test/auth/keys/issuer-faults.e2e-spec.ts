import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fault } from '../../../src/auth/testing/index.js';
import {
  ACCEPTED,
  IssuerFixture,
  type Outcome,
  SECOND,
  UNAVAILABLE,
  until,
} from '../support/issuer-fixture.js';

const keys = new IssuerFixture();

const keySet = () => JSON.stringify({ keys: keys.issuer.published });

/** Faults that end on their own. */
const ENDING: [title: string, fault: Fault | RequestListener][] = [
  ['a closed connection', 'down'],
  ['status 500', 'error'],
  ['half an answer', 'cut'],
  ['an HTML page', 'html'],
  ['an empty set', 'empty'],
  ['50 MB', 'huge'],
  ['a redirect', 'redirect'],
  ['keys that are not an array', (_request, response) => void response.end('{"keys":{}}')],
  ['null', (_request, response) => void response.end('null')],
  ['a byte-order mark', (_request, response) => void response.end(`\uFEFF${keySet()}`)],
  [
    'a gzip bomb',
    (_request, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync(Buffer.alloc(20_000_000, ' ')));
    },
  ],
];

/** Faults that only the timeout ends. */
const ENDLESS: [title: string, fault: Fault][] = [
  ['nothing', 'hang'],
  ['headers only', 'stall'],
  ['one space at a time', 'drip'],
];

async function expectRecovery(): Promise<void> {
  keys.issuer.recover();
  keys.clock.advance(SECOND);
  expect(await keys.verify()).toEqual(ACCEPTED);
}

describe('an issuer that answers with', () => {
  it.each(ENDING)('%s causes a 503 until it recovers', async (_, fault) => {
    keys.issuer.fail(fault);
    await keys.start();
    expect(await keys.verify()).toMatchObject(UNAVAILABLE);
    await expectRecovery();
  });

  it.each(ENDLESS)('%s causes a 503 after the timeout, until it recovers', async (_, fault) => {
    keys.issuer.fail(fault);
    await keys.start();
    let outcome: Outcome | undefined;
    const waiting = keys.verify().then((ended) => (outcome = ended));
    await until(() => keys.issuer.fetches.jwks === 1);
    const start = keys.clock.now();
    // In small steps, so that parts of the answer arrive in between.
    await until(() => {
      if (keys.clock.now() - start < 5 * SECOND) keys.clock.advance(100);
      return outcome !== undefined;
    });
    expect(await waiting).toMatchObject(UNAVAILABLE);
    await expectRecovery();
  });

  it('gzip compression is understood', async () => {
    keys.issuer.fail((_request, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync(keySet()));
    });
    await keys.startWithKeys();
  });
});
