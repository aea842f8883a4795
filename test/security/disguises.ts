/** Ways to write the path of a route that a check by path, such as that of a proxy, may miss. */
export const DISGUISES: [name: string, disguise: (path: string) => string][] = [
  ['a slash at the end', (path) => `${path}/`],
  ['two slashes at the end', (path) => `${path}//`],
  ['two slashes at the beginning', (path) => `/${path}`],
  ['two slashes inside', (path) => path.replace(/\/(?=[^/]+$)/, '//')],
  ['a dot segment', (path) => `/.${path}`],
  ['a dot segment inside', (path) => path.replace(/\/(?=[^/]+$)/, '/./')],
  ['a dot at the end', (path) => `${path}/.`],
  ['two dots that lead back', (path) => `/api/public/../..${path}`],
  ['two dots that lead nowhere', (path) => `${path}/nothing/..`],
  ['two dots above the root', (path) => `/..${path}`],
  ['encoded dots that lead back', (path) => `/api/public/%2e%2e/%2E%2E${path}`],
  ['two dots and an encoded slash', (path) => `/api/public/..%2f..${path}`],
  ['two dots after a parameter', (path) => `/api/public/..;/..;${path}`],
  ['two dots and backslashes', (path) => `/api/public/..\\..${path.replaceAll('/', '\\')}`],
  ['two dots and encoded backslashes', (path) => `/api/public/..%5c..${path}`],
  ['encoded slashes', (path) => `/${path.slice(1).replaceAll('/', '%2f')}`],
  ['encoded slashes in capitals', (path) => path.replace(/\/(?=[^/]+$)/, '%2F')],
  ['slashes encoded twice', (path) => path.replace(/\/(?=[^/]+$)/, '%252f')],
  ['backslashes', (path) => path.replaceAll('/', '\\')],
  ['encoded backslashes', (path) => path.replace(/\/(?=[^/]+$)/, '%5C')],
  ['a full-width slash', (path) => path.replace(/\/(?=[^/]+$)/, '\uFF0F')],
  ['a slash as overlong UTF-8', (path) => path.replace(/\/(?=[^/]+$)/, '%c0%af')],
  ['an encoded letter', (path) => path.replace('a', '%61')],
  ['a letter encoded twice', (path) => path.replace('a', '%2561')],
  ['every letter encoded', (path) => path.replaceAll(/\w/g, encodeOctet)],
  ['capitals', (path) => path.toUpperCase()],
  ['one capital', (path) => path.replace('a', 'A')],
  ['a parameter after a semicolon', (path) => `${path};x=1`],
  ['a parameter inside', (path) => path.replace(/\/(?=[^/]+$)/, ';x=1/')],
  ['an encoded semicolon', (path) => `${path}%3bx=1`],
  ['a NUL', (path) => `${path}%00`],
  ['a NUL and an open path', (path) => `${path}%00/api/public`],
  ['an open path and a NUL', (path) => `/api/public%00${path}`],
  ['a line break', (path) => `${path}%0d%0a`],
  ['a space', (path) => `${path}%20`],
  ['a tab', (path) => `${path}%09`],
  ['a file name', (path) => `${path}.json`],
  ['a file name after a slash', (path) => `${path}/index.html`],
  ['a query', (path) => `${path}?path=/api/public`],
  ['an empty query', (path) => `${path}?`],
  ['an encoded query', (path) => `${path}%3f`],
  ['a fragment', (path) => `${path}#/api/public`],
  ['an open path with a fragment', (path) => `/nothing#${path}`],
  ['the form of a proxy request', (path) => `http://localhost${path}`],
  ['the form of a proxy request to another host', (path) => `HTTPS://other.test:443${path}`],
  ['the form of a proxy request with a name', (path) => `http://a:b@localhost${path}`],
  ['no slash at the beginning', (path) => path.slice(1)],
  ['a star', (path) => `*${path}`],
  ['a malformed escape', (path) => `${path}%zz`],
];

/** Headers with which a proxy, or a careless application, overrides the address of a request. */
export const ADDRESS_HEADERS = [
  'X-Original-URL',
  'X-Original-URI',
  'X-Rewrite-URL',
  'X-Forwarded-Path',
  'X-Forwarded-Prefix',
  'X-Forwarded-Uri',
  'X-Envoy-Original-Path',
  'Forwarded',
  'Referer',
  'Destination',
];

/** Headers that say where a request came from. They must not make a caller trusted. */
export const ORIGIN_HEADERS: Record<string, string> = {
  'X-Forwarded-For': '127.0.0.1',
  'X-Real-IP': '127.0.0.1',
  'X-Client-IP': '::1',
  'True-Client-IP': '127.0.0.1',
  'X-Forwarded-Host': 'localhost',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-User': 'admin',
  'X-Remote-User': 'admin',
  'X-Authenticated-Userid': 'admin',
};

/** Headers that override the method of a request. */
export const METHOD_HEADERS = [
  'X-HTTP-Method-Override',
  'X-HTTP-Method',
  'X-Method-Override',
  'X-Original-Method',
  'X-Forwarded-Method',
];

/** The methods of routes, rare ones, those that servers treat specially, and invalid ones. */
export const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'SEARCH',
  'LINK',
  'MOVE',
  'PURGE',
  'QUERY',
  'REPORT',
  'LOCK',
  'get',
  'Get',
  'GETS',
  'G3T',
  '_',
];

function encodeOctet(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}
