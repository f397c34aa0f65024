import type { MeterLine } from './files.ts';
import type { Lines } from './lines.ts';

/** `usage.jsonl`. */
export type Meter = Lines<MeterLine>;

/** Writes a session's refusals, as many as `may` lets: an agent that asks forever must not fill the disk. The rest are counted. */
export function refusalWriter(
  may: () => boolean,
  write: (why: string, method: string, path: string) => void,
): (why: string, method: string | undefined, path: string | undefined) => void {
  let unwritten = 0;
  return (why, method = '', path = '') => {
    if (!may()) {
      unwritten += 1;
      return;
    }
    const whole = unwritten === 0 ? why : `${why} (and ${unwritten} refusals before it that were not written)`;
    unwritten = 0;
    write(whole, method.slice(0, 20), path.slice(0, 200));
  };
}
