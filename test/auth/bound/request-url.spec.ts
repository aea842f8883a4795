import { normalUrl, urlOf } from '../../../src/auth/bound/request-url.js';

const ORIGIN = 'https://api.example.com';
const URL_OF_CATS = `${ORIGIN}/api/cats`;

describe('normalUrl() (RFC 9449 §4.3, RFC 3986 §6.2)', () => {
  it.each([
    ['without query and fragment', `${URL_OF_CATS}?limit=1#top`, URL_OF_CATS],
    ['with a question mark alone', `${URL_OF_CATS}?`, URL_OF_CATS],
    ['scheme and host in lower case', 'HTTPS://API.Example.COM/api/cats', URL_OF_CATS],
    ['without the default port', 'https://api.example.com:443/api/cats', URL_OF_CATS],
    ['without the default port of http', 'http://localhost:80/', 'http://localhost/'],
    ['with another port', 'https://api.example.com:8443/a', 'https://api.example.com:8443/a'],
    ['with a path', ORIGIN, `${ORIGIN}/`],
    ['without dot segments', `${ORIGIN}/api/./dogs/../cats`, URL_OF_CATS],
    ['without encoded dot segments', `${ORIGIN}/api/%2E/dogs/%2e%2E/cats`, URL_OF_CATS],
    [
      'with unreserved characters decoded',
      `${ORIGIN}/%61pi/c%41%2Dt%7E%5F`,
      `${ORIGIN}/api/cA-t~_`,
    ],
    ['with others in upper case', `${ORIGIN}/a%2fb%3f%c3%a9`, `${ORIGIN}/a%2Fb%3F%C3%A9`],
    ['with an encoded percent sign', `${ORIGIN}/%2561`, `${ORIGIN}/%2561`],
    ['with the letters of the path', `${ORIGIN}/API/Cats`, `${ORIGIN}/API/Cats`],
    ['with empty segments', `${ORIGIN}//evil.example.com/cats`, `${ORIGIN}//evil.example.com/cats`],
    ['with a final slash', `${URL_OF_CATS}/`, `${URL_OF_CATS}/`],
  ])('is %s', (_, url, expected) => {
    expect(normalUrl(url)).toBe(expected);
  });

  it.each([
    ['a path', '/api/cats'],
    ['another scheme', 'ftp://api.example.com/api/cats'],
    ['no slashes', 'https:api.example.com/api/cats'],
    ['three slashes', 'https:///api.example.com/api/cats'],
    ['backslashes', 'https:\\\\api.example.com\\api\\cats'],
    ['a backslash in the path', `${ORIGIN}/api\\cats`],
    ['a space', ` ${URL_OF_CATS}`],
    ['a line break', `${ORIGIN}/api\n/cats`],
    ['a letter outside ASCII', `${ORIGIN}/kätzchen`],
    ['an incomplete encoding', `${ORIGIN}/%4`],
    ['an invalid encoding', `${ORIGIN}/%zz`],
    ['a broken port', 'https://api.example.com:x/'],
    ['an array', [URL_OF_CATS]],
    ['nothing', undefined],
  ])('does not exist for %s', (_, url) => {
    expect(normalUrl(url)).toBeUndefined();
  });

  it('keeps a user name, which no URL of this API has', () => {
    expect(normalUrl('https://api.example.com@evil.example.com/')).not.toContain(ORIGIN + '/');
    expect(normalUrl('https://user@api.example.com/')).not.toBe(`${ORIGIN}/`);
  });
});

describe('urlOf()', () => {
  it.each([
    ['the path', { url: '/api/cats' }, URL_OF_CATS],
    ['the path without the query', { url: '/api/cats?a=/b' }, URL_OF_CATS],
    ['what was sent to a mounted application', { originalUrl: '/api/cats', url: '/' }, URL_OF_CATS],
    [
      'the path of a target with another host',
      { url: 'http://evil.example/api/cats' },
      URL_OF_CATS,
    ],
    ['a target that is a host alone', { url: 'http://evil.example?x' }, `${ORIGIN}/`],
    ['a path that looks like a host', { url: '//evil.example/x' }, `${ORIGIN}//evil.example/x`],
    ['a path that looks like a user name', { url: '@evil.example/x' }, `${ORIGIN}/@evil.example/x`],
    ['the target of OPTIONS for the server', { url: '*' }, `${ORIGIN}/*`],
    ['nothing', {}, `${ORIGIN}/`],
  ])('is the public URL and %s', (_, request, expected) => {
    expect(urlOf({ headers: { host: 'evil.example' }, ...request }, ORIGIN)).toBe(expected);
  });
});
