import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { honest, part, recordOf } from './hostile.ts';
import { root, untilPhase, whole } from './ground.ts';
import type { Whole } from './ground.ts';

/** Real CLIs with what the host gives them; the reviewer's server and the brainstormer's skill are broken. */
const folder = (name: string): string => join(root, 'test', 'fixtures', 'extras', name);
let at: Whole;
beforeAll(async () => {
  const model = 'signalbox-rehearsal';
  at = await whole({
    settings: {
      roles: {
        brainstormer: { cli: 'codex', account: 'codex', model },
        coder: { cli: 'claude', account: 'claude', model: 'claude-opus-5-5' },
      },
      extras: [
        { kind: 'plugin', name: 'house', folder: folder('house'), roles: ['coder'] },
        { kind: 'skill', name: 'spelling', folder: folder('spelling'), roles: ['coder'] },
        { kind: 'mcp', name: 'words', folder: folder('words'), command: ['node', 'server.mjs'], roles: ['coder'] },
        { kind: 'mcp', name: 'broken', folder: folder('words'), command: ['node', 'none.mjs'], roles: ['reviewer'] },
        { kind: 'skill', name: 'torn', folder: folder('broken-skill'), roles: ['brainstormer'] },
      ],
    },
  });
});
afterAll(() => at.leave());

it('a plugin, a skill and a server are used; one that does not load holds the session, and says which', async () => {
  const call = (name: string, tool: string, input: object) =>
    ({ name, say: `Asking ${name}`, does: 'call', once: true, tool, input }) as const;
  at.world.rehearsal.fail({
    role: 'coder',
    kind: 'played',
    part: part([
      call('greet', 'Skill', { skill: 'house:greet' }),
      call('spelling', 'Skill', { skill: 'spelling:spelling' }),
      call('words', 'mcp__words__count', { text: 'one two three four' }),
      ...honest,
    ]),
  });
  const { channel } = at.world;
  const { task } = await at.you.say('/task --quick fix the typo in the README', { channel });
  const { messages } = await untilPhase(at.you, task!, 'held', 'failed');
  const record = (await recordOf(at.world.data, `${task}-coder-1`)).map(({ line }) => line).join('\n');
  for (const used of ['The house greets with', 'The house writes', '4 words']) expect(record).toContain(used);
  expect(messages.at(-1)?.text).toContain(
    'The reviewer did not get what signalbox.yaml gives it: mcp broken: its server is failed.',
  );
}, 600_000);

it('Codex with a skill that it cannot read is not let go on either', async () => {
  const { task } = await at.you.say('/task --headless fix the typo in the README', { channel: at.world.channel });
  const { messages } = await untilPhase(at.you, task!, 'held', 'failed');
  expect(messages.at(-1)?.text).toContain(
    'The brainstormer did not get what signalbox.yaml gives it: skill torn: missing YAML frontmatter',
  );
}, 600_000);
