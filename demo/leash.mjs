/**
 * Loaded into the API before itself: ends it with the demo, even when the demo is killed and can tell nobody. Else the
 * API would go on in the background, and hold the port and the database of the next demo.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The API may end while the demo still listens.
process.channel?.unref();
