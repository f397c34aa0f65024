import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { boxKind } from '../../src/chain/box.ts';
import type { BoxEvent } from '../../src/chain/box.ts';
import { createOwner } from '../../src/chain/owner.ts';
import { fileStore } from '../../src/store/store.ts';
import { askForLock, askHere, fileMachine } from '../../src/store/machine.ts';
import { machineContract } from '../contract/machine.ts';
import { fakeClock } from '../fakes/clock.ts';
import { fakeMachine } from '../fakes/machine.ts';

machineContract('files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'machine-'));
  let now = 1_800_000_000_000;
  return {
    controller: () => fileMachine({ folder }),
    ask: (asked) => askHere({ folder }, asked, (now += 1)),
    leave: () => rm(folder, { recursive: true }),
  };
});

machineContract('fake', async () => {
  const fake = fakeMachine();
  return { controller: () => fake, ask: fake.ask, leave: async () => undefined };
});

it('names a file that nobody here wrote, and takes no half-written one for whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'machine-'));
  try {
    const id = await askHere({ folder }, { is: 'lock' }, 1);
    await writeFile(join(folder, 'here', `${id}.json.x.tmp`), '{"v":1');
    expect(await fileMachine({ folder }).asked()).toEqual([{ id, is: 'lock' }]);
    await writeFile(join(folder, 'here', `${id}.json`), '{"v":1,"is":"open sesame"}');
    await expect(fileMachine({ folder }).asked()).rejects.toThrow(`${id}.json is nothing that Signalbox writes`);
    expect(await readdir(join(folder, 'here'))).toHaveLength(2);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('says what becomes of lock and unlock, with a controller and without one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'machine-'));
  const clock = fakeClock();
  /** Time passes by itself while somebody waits. */
  const waits = {
    now: clock.now,
    sleep: async (ms: number) => void (await Promise.all([clock.sleep(ms), clock.advance(ms)])),
  };
  const says = (what: 'lock' | 'unlock') => askForLock(folder, what, waits);
  const box = createOwner({
    kind: boxKind,
    key: 'this',
    store: fileStore({ folder }),
    clock,
    cover: (text) => text,
    follow: () => undefined,
    warn: () => undefined,
  });
  /** What a controller does at its start. */
  const take = async (): Promise<void> => {
    for (const { id, ...asked } of await fileMachine({ folder }).asked()) {
      const event: BoxEvent = asked.is === 'lock' ? { is: 'locked', by: null } : { is: 'unlocked', upTo: asked.upTo };
      await box.submit(event, { source: id });
      await fileMachine({ folder }).done(id);
    }
  };
  try {
    expect(await says('unlock')).toBe('It is not locked.');
    expect(await says('lock')).toBe('Nobody took it: Signalbox does not run. It begins locked when it starts.');
    expect(await says('unlock')).toBe('Nobody took it: Signalbox does not run. It begins unlocked when it starts.');
    await take();
    expect(box.stream().state).toMatchObject({ locks: 1, lock: null });
    await says('lock');
    await take();
    expect(box.stream().state).toMatchObject({ lock: { n: 2, by: null } });
    expect(await says('lock')).toBe('It is locked already.');
    const sleep = waits.sleep;
    waits.sleep = async (ms) => {
      await take();
      await sleep(ms);
    };
    expect(await says('unlock')).toBe('Unlocked: everything goes on.');
    expect(await says('lock')).toBe('Locked: nothing starts and nothing merges.');
  } finally {
    await rm(folder, { recursive: true });
  }
});
