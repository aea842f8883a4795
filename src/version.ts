/** What people call the API. */
export const API_NAME = 'Messages';

/** Version of the API, as clients and operators know it. */
export const API_VERSION = '0.1.0';
