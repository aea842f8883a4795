import { parentPort, workerData } from 'node:worker_threads';
import { signCompactJws } from '../../dist/auth/testing/index.js';

const { header, payloads, key } = workerData;

const tokens = payloads.map((payload) => signCompactJws(header, payload, key));
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
parentPort.postMessage(tokens);
