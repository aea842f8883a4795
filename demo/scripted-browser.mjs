import { PASSWORD } from './people.mjs';

/** What the pages of the tenant ask for, by their path. */
const FORMS = [
  [/^\/u\/login\//, (username) => ({ username, password: PASSWORD })],
  [/^\/u\/consent\//, () => ({ decision: 'allow' })],
];

/**
 * Logs a person in without a browser: follows the redirects of the tenant, keeps its cookies, and
 * sends the forms of its pages.
 *
 * @param {string} username
 * @param {string | URL} url of the authorization request
 * @returns {Promise<URL>} where the tenant redirects to in the end
 */
export async function logInAs(username, url) {
  const { origin } = new URL(url);
  const cookies = [];
  let next = new URL(url);
  while (next.origin === origin) {
    const [, fields] = FORMS.find(([path]) => path.test(next.pathname)) ?? [];
    const answer = await fetch(next, {
      method: fields ? 'POST' : 'GET',
      body: fields && new URLSearchParams(fields(username)),
      headers: { cookie: cookieHeader(cookies, next.pathname) },
      redirect: 'manual',
    });
    cookies.push(...answer.headers.getSetCookie().map(parseCookie));
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${next} answered ${answer.status}`);
    next = new URL(location, next);
  }
  return next;
}

function parseCookie(line) {
  const [, pair, name, path] = /^(([^=]+)=[^;]*).*?; path=([^;]+)/i.exec(line);
  return { pair, name, path };
}

/** Of several cookies with one name, the last one whose path fits. */
function cookieHeader(cookies, path) {
  const fitting = cookies.filter((cookie) => path.startsWith(cookie.path));
  return [...new Map(fitting.map(({ name, pair }) => [name, pair])).values()].join('; ');
}
