import { expect, it } from 'vitest';
import { SessionId } from '../../src/chain/ids.ts';
import { attachCommand, isUp } from '../../src/runtime/attach.ts';
import type { Condition } from '../../src/runtime/docker.ts';

const session = SessionId.parse('t0123456789-coder-1');
const nameOf = (of: string): string => `box-${of}`;
const condition = (running: boolean): Condition => ({ running, code: null, ranOutOfMemory: false });

it.each([
  ['not made yet', null, false],
  ['ended', condition(false), false],
  ['up', condition(true), true],
])('a container that is %s', async (_, found, up) => {
  const look = async (name: string) => (name === `box-${session}` ? found : condition(!up));
  expect(await isUp({ nameOf, look }, session)).toBe(up);
});

it('opens the pane of that very container', () => {
  expect(attachCommand({ nameOf }, session).slice(0, 4)).toEqual(['docker', 'exec', '-it', `box-${session}`]);
});
