/** `node --import ./scripts/typescript.mjs FILE.ts`: runs TypeScript, compiled in memory by SWC. */
import { register } from 'node:module';

register('./typescript.hooks.mjs', import.meta.url);
process.setSourceMapsEnabled(true);
