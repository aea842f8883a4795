/** Runs before each suite. */
import { keyPool } from '../../src/auth/testing/test-key.js';
import { sharedByWorker } from './shared.js';

keyPool.unused = sharedByWorker.keys;
