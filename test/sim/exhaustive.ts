import { afterAll, expect, it } from 'vitest';
import type { Scenario } from './drive.ts';
import { explore, replay } from './explore.ts';

/** Every way to kill the controller up to so often, in each of these worlds; prints how many there were. */
export function exhaust(scenarios: readonly Scenario[], crashes: number): void {
  const all = { schedules: 0, lives: 0 };
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (name, scenario) => {
    const { schedules, lives, broken } = await explore(scenario, crashes);
    all.schedules += schedules;
    all.lives += lives;
    const [first] = broken;
    if (first)
      console.log(`${name}, killed at ${first.kills.join(', ')}:\n${(await replay(scenario, first.kills)).join('\n')}`);
    expect(broken.slice(0, 3)).toEqual([]);
  });
  afterAll(() => {
    console.log(
      `${all.schedules.toLocaleString('en')} schedules of up to ${crashes} kills, in ${all.lives.toLocaleString('en')} lives`,
    );
  });
}
