import { expect, it } from 'vitest';
import { coversOf } from '../../src/chain/covered.ts';
import { taskIdOf } from '../../src/chain/desk.ts';
import { boot, fixTheTypo, give, until, world } from './world.ts';

it('an outcome that cannot be kept holds its task, and leaves no effect pending', async () => {
  const of = world();
  // Nested so deep that nothing can cover it: no session of ours gives that on.
  const nested: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  of.sessions.agent = () => ({ kind: 'ended', handoff: nested, text: 'done' });
  const box = await boot({ ...of, covers: coversOf((text) => text.replaceAll('secret', '(covered)')) });
  await give(box, fixTheTypo, { source: 's1' });
  const task = await until(box, taskIdOf('s1'), 'held');
  expect(task.phase).toMatchObject({ kind: 'infrastructure', reason: expect.stringContaining('could not be kept') });
  expect(box.errors.join('\n')).toContain('what it came to could not be kept');
});
