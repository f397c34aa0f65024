/** A function that is true `limit` times in a minute and false after that. `now` in ms, never going back. */
export function perMinute(limit: number, now: () => number): () => boolean {
  let since = -Infinity;
  let count = 0;
  return () => {
    if (now() - since >= 60_000) {
      since = now();
      count = 0;
    }
    count += 1;
    return count <= limit;
  };
}

/** Does work and counts how long it takes; null, without doing it, once that was more than `limit` ms within a minute. `now` as above. */
export function timedPerMinute(limit: number, now: () => number): <T>(work: () => T) => T | null {
  let since = -Infinity;
  let spent = 0;
  return (work) => {
    if (now() - since >= 60_000) {
      since = now();
      spent = 0;
    }
    if (spent > limit) {
      return null;
    }
    const began = now();
    try {
      return work();
    } finally {
      spent += now() - began;
    }
  };
}
