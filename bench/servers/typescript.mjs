/** `node --import ./typescript.mjs FILE.ts`: compiles TypeScript with decorators in memory. */
import { register } from 'node:module';

register('./typescript.hooks.mjs', import.meta.url);
