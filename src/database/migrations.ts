import { fileURLToPath } from 'node:url';

/** In `src`, and in `dist`, where nest-cli.json copies it. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('migrations', import.meta.url));
