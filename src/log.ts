import type { Log } from './chain/ports.ts';

/** One JSON object a line on stderr, as journald and `docker logs` like it. */
export const stderr: Log = {
  info: (message, facts) =>
    console.error(JSON.stringify({ t: new Date().toISOString(), level: 'info', message, ...facts })),
  error: (message, facts) =>
    console.error(JSON.stringify({ t: new Date().toISOString(), level: 'error', message, ...facts })),
};

// Where the words go may be full, or gone: that must not end who says them.
process.stderr.on('error', () => undefined);
