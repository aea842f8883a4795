/**
 * Preloaded into the API process. Stops the API when the demo's process ends, even by SIGKILL.
 * Otherwise the API would keep the port and the database that the next demo needs.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel must not keep the API running.
process.channel?.unref();
