import { traceIdOf } from '../../src/logging/trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('The trace id of a traceparent (W3C Trace Context §3.2)', () => {
  it.each([
    ['version 00', `00-${TRACE}-${PARENT}-01`],
    ['a later version', `01-${TRACE}-${PARENT}-00`],
    ['a later version with more fields', `cc-${TRACE}-${PARENT}-01-what-the-future-brings`],
  ])('is read from %s', (_, header) => {
    expect(traceIdOf(header)).toBe(TRACE);
  });

  it.each([
    ['no header', undefined],
    ['several headers', [`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01`]],
    ['an empty header', ''],
    ['version ff', `ff-${TRACE}-${PARENT}-01`],
    ['version 00 with more fields', `00-${TRACE}-${PARENT}-01-more`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['a short trace id', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['a long trace id', `00-${TRACE}0-${PARENT}-01`],
    ['other text in front', `x00-${TRACE}-${PARENT}-01`],
    ['other text behind', `00-${TRACE}-${PARENT}-01x`],
    ['a second line', `00-${TRACE}-${PARENT}-01\nx`],
  ])('is undefined for %s', (_, header) => {
    expect(traceIdOf(header)).toBeUndefined();
  });
});
