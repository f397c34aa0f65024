import type { Mutant } from './mutant.ts';

export const disk: readonly Mutant[] = [
  {
    guard: 'nothing starts while the disk is nearly full',
    file: 'src/chain/schedule.ts',
    find: "if (!view.room) for (const { id } of queued) if (!waits.has(id)) waits.set(id, { for: 'room' });",
    put: '',
    tests: ['test/chain/room.test.ts'],
  },
  {
    guard: 'a hold for room lasts until there is some',
    file: 'src/chain/schedule.ts',
    find: 'room ? cramped(tasks) : []',
    put: 'cramped(tasks)',
    tests: ['test/chain/room.test.ts'],
  },
  {
    guard: 'what a container may take of the disk',
    file: 'src/runtime/space.ts',
    find: 'if (size.bytes > Math.max(each.bytes, begun.bytes))',
    put: 'if (false)',
    tests: ['test/runtime/space.test.ts'],
  },
  {
    guard: 'what cannot be counted is too much',
    file: 'src/runtime/space.ts',
    find: 'if (size === null) return',
    put: 'if (size === null) return null;\n  if (size.bytes < 0) return',
    tests: ['test/runtime/space.test.ts'],
  },
  {
    guard: 'one that takes more than it leaves is stopped before all are',
    file: 'src/runtime/space.ts',
    find: 'if (left > 0 && size.bytes - begun.bytes > left)',
    put: 'if (false)',
    tests: ['test/runtime/space.test.ts'],
  },
  {
    guard: 'counting reads what the agent closed',
    file: 'src/runtime/gauge.ts',
    find: "capabilities: ['DAC_READ_SEARCH']",
    put: 'capabilities: []',
    tests: ['test/runtime/room.test.ts'],
  },
  {
    guard: 'a session does not begin on a full disk',
    file: 'src/runtime/sessions.ts',
    find: '    const cramped = crampedEnd(watched);\n    if (cramped !== null) return cramped;\n',
    put: '',
    tests: ['test/runtime/sessions.test.ts'],
  },
  {
    guard: 'a session ends when the disk says so',
    file: 'src/runtime/sessions.ts',
    find: '(await readEnd(at, leg)) ?? crampedEnd(watched);',
    put: 'await readEnd(at, leg);',
    tests: ['test/runtime/sessions.test.ts'],
  },
  {
    guard: 'a record that never ends is read no further',
    file: 'src/runtime/record.ts',
    find: 'Math.min((await opened.stat()).size, most)',
    put: '(await opened.stat()).size',
    tests: ['test/runtime/record.test.ts'],
  },
  {
    guard: 'no handoff longer than its schema allows is journaled',
    file: 'src/runtime/follow.ts',
    find: 'if (length <= HANDOFF_MOST)',
    put: 'if (length > 0)',
    tests: ['test/runtime/follow.test.ts'],
  },
];
