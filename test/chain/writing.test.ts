import { describe, expect, it } from 'vitest';
import { taskIdOf } from '../../src/chain/desk.ts';
import { SessionId } from '../../src/chain/ids.ts';
import { boot, fixTheTypo, give, quiet, until, world } from './world.ts';
import type { World } from './world.ts';

const id = taskIdOf('s1');

/** A task whose first session is at work, and what its thread was shown. */
async function at(mode: 'dialogue' | 'headless') {
  const of: World = world();
  of.sessions.agent = () => null;
  const box = await boot(of);
  await give(box, { ...fixTheTypo, mode }, { source: 's1' });
  await until(box, id, 'working');
  const session = SessionId.parse(`${id}-brainstormer-1`);
  await of.sessions.began(session);
  const shown = () =>
    of.chat.remarks.flatMap(({ remark }) => (typeof remark === 'object' && 'writes' in remark ? [remark.writes] : []));
  return { of, box, session, shown };
}

describe('what a session is writing', () => {
  it('is shown where people talk with it, and journaled only when it is whole', async () => {
    const { of, box, session, shown } = await at('dialogue');
    const before = box.supervisor.task(id);
    of.sessions.say(session, { kind: 'writes', text: 'One thing' });
    await quiet();
    expect(shown()).toEqual(['One thing']);
    expect(box.supervisor.task(id)).toEqual(before);
    of.sessions.say(session, { kind: 'spoke', n: 9, text: 'One thing first.' });
    await quiet();
    expect(JSON.stringify(of.chat.world.told)).toContain('One thing first.');
    of.sessions.end(session, { kind: 'crashed', text: 'gone' });
    await quiet();
    expect(shown()).toEqual(['One thing']);
  });

  it('is taken back when its session ends before it is whole', async () => {
    const { of, session, shown } = await at('dialogue');
    of.sessions.say(session, { kind: 'writes', text: 'One thing' });
    of.sessions.end(session, { kind: 'crashed', text: 'gone' });
    await quiet();
    expect(shown()).toEqual(['One thing', '']);
  });

  it('is not shown where nobody talks with it', async () => {
    const { of, session, shown } = await at('headless');
    of.sessions.say(session, { kind: 'writes', text: 'One thing' });
    await quiet();
    expect(shown()).toEqual([]);
  });
});
