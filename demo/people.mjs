/** Identifier of the API: the value of its `AUTH0_AUDIENCE`. */
export const AUDIENCE = 'https://api.example.com';

/** The scopes of the API, and who has them besides the admin. Add those of a new resource. */
const HOLDERS = {
  'read:messages': ['reader', 'writer'],
  'write:messages': ['writer'],
  'read:protected': [],
  'read:feed': [],
  'read:admin': [],
  'write:admin': [],
};

/** The API's permissions, as the Permissions tab of an Auth0 tenant lists them. */
export const PERMISSIONS = Object.keys(HOLDERS);

/** The scopes of the MCP server, whose tools read and write messages. */
export const MCP_SCOPES = ['read:messages', 'write:messages'];

/** @param {string} username */
const heldBy = (username) => PERMISSIONS.filter((scope) => HOLDERS[scope].includes(username));

/** The password of every person. */
export const PASSWORD = 'demo';

/**
 * @typedef {object} Person
 * @property {string} id becomes `sub`, in the form that Auth0 uses for its own user database
 * @property {string} username
 * @property {string[]} permissions
 * @property {Record<string, unknown>} claims extra claims of the person's access tokens
 * @property {string} summary shown on the login page
 */

/** @type {Person[]} */
export const PEOPLE = [
  {
    id: 'auth0|reader',
    username: 'reader',
    permissions: heldBy('reader'),
    claims: {},
    summary: 'Reads messages.',
  },
  {
    id: 'auth0|writer',
    username: 'writer',
    permissions: heldBy('writer'),
    claims: { tier: 'premium' },
    summary: 'Reads and writes messages. Sees the premium content.',
  },
  {
    id: 'auth0|admin',
    username: 'admin',
    permissions: PERMISSIONS,
    claims: { roles: ['admin', 'editor'], isAdmin: true },
    summary: 'Has every permission: moderates messages and reads the audit trail.',
  },
];

/** @param {string} id */
export function findPerson(id) {
  return PEOPLE.find((person) => person.id === id);
}

/**
 * @param {unknown} username
 * @param {unknown} password
 */
export function authenticate(username, password) {
  return password === PASSWORD ? PEOPLE.find((person) => person.username === username) : undefined;
}
