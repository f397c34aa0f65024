import fc from 'fast-check';
import { stories, tell } from './random.ts';

/** Tells random stories for so long, in this process. Throws when one breaks a rule: its speed would be worth nothing. */
export async function measure(
  seconds: number,
  signal: AbortSignal,
): Promise<{ readonly schedules: number; readonly seconds: number }> {
  const began = performance.now();
  const past = (): number => (performance.now() - began) / 1_000;
  let schedules = 0;
  while (past() < seconds && !signal.aborted) {
    for (const story of fc.sample(stories, 100)) {
      const broken = await tell(story);
      if (broken.length > 0) throw new Error(`${broken.join(' ')} ${JSON.stringify(story)}`);
      schedules += 1;
    }
  }
  return { schedules, seconds: past() };
}
