/** Identifier of the API, as its `AUTH0_AUDIENCE`. */
export const AUDIENCE = 'https://api.example.com';

/** What can be done with the API, as the Permissions tab of an Auth0 tenant would list it. */
export const PERMISSIONS = [
  'read:messages',
  'write:messages',
  'read:protected',
  'read:feed',
  'read:admin',
  'write:admin',
];

/** Everybody's. */
const PASSWORD = 'demo';

/**
 * @typedef {object} Person
 * @property {string} id what becomes `sub`, spelled as Auth0 spells the people of its own database
 * @property {string} username
 * @property {string[]} permissions
 * @property {Record<string, unknown>} claims of the access token, besides those of every token
 * @property {string} summary for the login page
 */

/** @type {Person[]} */
export const PEOPLE = [
  {
    id: 'auth0|reader',
    username: 'reader',
    permissions: ['read:messages'],
    claims: {},
    summary: 'Reads messages.',
  },
  {
    id: 'auth0|writer',
    username: 'writer',
    permissions: ['read:messages', 'write:messages'],
    claims: { tier: 'premium' },
    summary: 'Reads and writes messages, and sees the premium content.',
  },
  {
    id: 'auth0|admin',
    username: 'admin',
    permissions: PERMISSIONS,
    claims: { roles: ['admin', 'editor'], isAdmin: true },
    summary: 'May do everything: moderates messages, and reads the audit trail.',
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
