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
