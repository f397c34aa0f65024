import { describe, expect, it } from 'vitest';
import { ProjectId, TaskId } from '../../src/chain/ids.ts';
import { forgeContract } from '../contract/forge.ts';
import { fakeForge } from './forge.ts';
import { headOf } from './workspace.ts';

const project = ProjectId.parse('site');
const message = { subject: 'docs: say hello', body: '' };

forgeContract('fake', async () => {
  const forge = fakeForge();
  let made = 0;
  const next = () => headOf('work', made++);
  return {
    forge,
    project,
    work: async () => next(),
    base: async () => forge.base(project),
    async moveBase(against) {
      if (against !== undefined) forge.fails.conflicts.add(against);
      const head = next();
      forge.bases.set(project, head);
      return head;
    },
    branch: async (name) => forge.branches.get(`${project} ${name}`) ?? null,
    async push(name, head) {
      if (head === null) forge.branches.delete(`${project} ${name}`);
      else forge.branches.set(`${project} ${name}`, head);
    },
    squashes: async () => forge.merges.map(({ commit, number, head }) => ({ commit, number, head })),
    comments: async (number) => forge.changes.get(`${project} ${number}`)?.comments.map(({ text }) => text) ?? [],
    leave: async () => {},
  };
});

describe('failures of the fake forge', () => {
  const opened = async () => {
    const forge = fakeForge();
    const task = TaskId.parse('t0123456789');
    const work = { project, task, branch: 'signalbox/hello', head: headOf('work'), title: 'Say hello', body: '' };
    return { forge, change: await forge.open(work) };
  };

  it('is out of reach before the act as often as it is told', async () => {
    const { forge, change } = await opened();
    forge.fails.outOfReach.merge = 1;
    await expect(forge.merge(project, change, message)).rejects.toThrow('out of reach');
    expect(forge.merges).toEqual([]);
    expect(await forge.merge(project, change, message)).toMatchObject({ kind: 'merged' });
    expect(forge.calls).toEqual(['open signalbox/hello', 'merge 1', 'merge 1']);
  });

  it('loses its answer after the act', async () => {
    const { forge, change } = await opened();
    forge.fails.lostAnswer.merge = 1;
    await expect(forge.merge(project, change, message)).rejects.toThrow('did not answer');
    expect(forge.merges).toHaveLength(1);
    expect(await forge.merge(project, change, message)).toMatchObject({ kind: 'merged' });
    expect(forge.merges).toHaveLength(1);
  });

  it('moves a head just before the merge', async () => {
    const { forge, change } = await opened();
    forge.fails.headMoves = headOf('moved');
    expect(await forge.merge(project, change, message)).toMatchObject({ why: 'head-moved' });
    expect(await forge.facts(project, 1)).toMatchObject({ head: headOf('moved') });
  });

  it('moves the base just before the merge', async () => {
    const { forge, change } = await opened();
    forge.fails.baseMoves = headOf('moved');
    expect(await forge.merge(project, change, message)).toMatchObject({ why: 'base-moved' });
    expect(await forge.facts(project, 1)).toMatchObject({ base: headOf('moved') });
  });

  it('does not know whether it merges cleanly', async () => {
    const { forge } = await opened();
    forge.fails.mergeableUnknown = true;
    expect(await forge.facts(project, 1)).toMatchObject({ state: 'open', mergeable: null });
  });
});
