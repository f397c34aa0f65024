import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/chain/commands.ts';
import { taskIdOf } from '../../src/chain/desk.ts';
import { SessionId } from '../../src/chain/ids.ts';
import { transition } from '../../src/chain/transition.ts';
import { ana, ben, ended, play, reach } from './samples.ts';
import { boot, fixTheTypo, give, quiet, world } from './world.ts';

const interrupt = { is: 'interrupt-tapped', by: ben, message: 'u1', uuid: 'u9' } as const;

describe('a message in mid-turn', () => {
  it('is told at once by the first tap, and the second changes nothing', () => {
    const once = transition(play(reach.steered), interrupt, { at: 1 });
    expect(once).toMatchObject({ effects: [{ do: 'interrupt', uuid: 'u9', message: 'u1' }, { do: 'tell' }] });
    expect(transition(play([interrupt], play(reach.steered)), interrupt, { at: 1 })).toMatchObject({ kind: 'ignored' });
  });

  it('interrupts no later session', () => {
    const crashed = ended('coder', { kind: 'crashed', text: 'rc 1' });
    const next = play([...reach.steered, crashed, { is: 'granted' }]);
    expect(next.phase).toMatchObject({ at: 'working', role: 'coder' });
    expect(transition(next, interrupt, { at: 1 })).toMatchObject({ kind: 'ignored' });
  });

  it('reaches the session at work, once, whatever is killed and tapped again', async () => {
    const of = world();
    of.sessions.agent = () => null;
    const box = await boot(of);
    await give(box, { ...fixTheTypo, mode: 'quick' }, { source: 's1' });
    const id = taskIdOf('s1');
    const session = SessionId.parse(`${id}-coder-1`);
    await of.sessions.began(session);
    await give(box, { name: 'say', text: 'mind the tests' }, { task: id, source: 'w1' });
    await quiet();
    const [told] = of.chat.world.told.flatMap(({ notice }) => (notice.kind === 'heard' ? [notice] : []));
    expect(told).toMatchObject({ when: 'turn-end', uuid: of.sessions.heard[0]?.uuid });
    const tap: Command = { name: 'interrupt', message: told?.uuid ?? '' };
    expect(await give(box, tap, { task: id, source: 'i1', person: ana })).toMatchObject({ kind: 'accepted' });
    await box.supervisor.close();
    const after = await boot(of);
    expect(await give(after, tap, { task: id, source: 'i1', person: ana })).toMatchObject({ kind: 'repeated' });
    expect(await give(after, tap, { task: id, person: ben })).toEqual({ kind: 'refused', why: { code: 'heard' } });
    await quiet();
    const letters = of.sessions.heard.filter(({ letter }) => letter.kind === 'interrupt');
    expect(letters).toMatchObject([{ session, letter: { message: told?.uuid } }]);
  });
});
