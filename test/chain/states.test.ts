import { expect, it } from 'vitest';
import { accountKind } from '../../src/chain/account.ts';
import type { Account, AccountEvent } from '../../src/chain/account.ts';
import { events } from './events.ts';
import { became, nameOf } from './phases.ts';
import { id, play, reach } from './samples.ts';
import type { Reached } from './samples.ts';

type Line = { readonly from: string; readonly to: string; readonly effects: string };

const HEAD = `# Every phase and every event

What each event does to a task, and to an account, in every phase. Made from the rules themselves; a test keeps it so:
\`npx vitest run test/chain/states.test.ts -u\` writes it anew. \`=\` stays in its phase. What is ignored changes nothing, and says why: to a person
as a sentence; an outcome that is ignored still settles its effect. The words are those of [spec.md](spec.md).
`;

/** Rows of what an event does, those that do the same in one; what nearly all do comes last. */
function rows(lines: readonly Line[]): string {
  const groups = [...Map.groupBy(lines, ({ to, effects }) => `| ${to} | ${effects} |`)];
  const sorted = groups.toSorted(([, one], [, other]) => one.length - other.length);
  const of = ([text, group]: (typeof groups)[number]): string => {
    const from = [...new Set(group.map((line) => line.from))];
    return `| ${group.length > lines.length / 2 ? (groups.length === 1 ? 'everywhere' : 'everywhere else') : from.join('<br>')} ${text}`;
  };
  return ['| in | becomes | and then |', '|---|---|---|', ...sorted.map(of)].join('\n');
}

/** Where two samples stand in one phase, what tells them apart. */
const variants: Partial<Record<Reached, string>> = {
  queuedToProve: 'queued prove',
  givenUp: 'working coder, given up and begun again',
  questioning: 'working brainstormer, a question waits',
  questioningTwice: 'working brainstormer, a question of two parts waits',
  seekingLeave: 'working brainstormer, leave for a tool call waits',
  heldForQuestion: 'held, a question waits',
  heldForAnswer: 'held, the coder is blocked',
  sensitive: 'review, sensitive paths',
  blocked: 'review, blocked',
  sendingBack: 'review, Send back tapped',
  validatingAgain: 'validating, once more because it was red',
  provingRed: 'proving, because the change is red',
  recordingPlan: 'recording the plan',
  steered: 'working coder, told something in mid-turn',
  waiting: 'held, Wait tapped',
  waitingSoon: 'working planner, Wait tapped',
  changing: 'held, Change tapped',
  changingSoon: 'recording the plan, Change tapped',
  queuedToPlan: 'queued work planner',
  rewriting: 'queued resume brainstormer',
  recording: 'recording the requirements',
  asking: 'working coder, asks about a place',
  askingPlanner: 'working planner, asks about a place',
  askingOver: 'stopped, asks about a place',
  stoppedEarly: 'stopped before its thread was open',
};

function lineOf(reached: Reached, event: keyof typeof events): Line {
  const from = variants[reached] ?? nameOf(play(reach[reached]).phase);
  const { text } = became(reached, events[event]);
  if (text.startsWith('ignored: '))
    return { from, to: 'ignored', effects: text.slice(9).replace(/is \w+$/, 'is elsewhere') };
  const [to = '', effects = ''] = text.split(/: ?/, 2);
  return { from, to: to.trim(), effects };
}

const shut = { why: 'quota', window: '5-hour window', until: 9_000 } as const;
const open: Account = { account: 'codex', cursor: 1, shut: null, alerted: false, waiting: [] };
const accounts: Readonly<Record<string, Account | null>> = {
  'not known yet': null,
  open,
  'shut, nobody waits': { ...open, shut },
  'shut, one waits and was told': { ...open, shut, alerted: true, waiting: [{ task: id, hold: 1 }] },
};
const accountEvents: Readonly<Record<string, AccountEvent>> = {
  shut: { is: 'shut', account: 'codex', n: 2, ...shut },
  'shut, a line that was read': { is: 'shut', account: 'codex', n: 0, ...shut },
  opened: { is: 'opened', account: 'codex', n: 2 },
  'opened, a line that was read': { is: 'opened', account: 'codex', n: 0 },
  waits: { is: 'waits', account: 'codex', task: id, hold: 2 },
  'open asked': { is: 'open-asked', account: 'codex' },
  done: { is: 'done' },
};

const accountName = ({ shut, waiting }: Account): string =>
  `${shut ? 'shut' : 'open'}${waiting.length > 0 ? `, ${waiting.length} waits` : ''}`;

function accountLine(from: string, event: AccountEvent): Line {
  const moved = accountKind.transition(accounts[from] ?? null, event, { at: 5_000 });
  if (moved.kind === 'ignored') return { from, to: 'ignored', effects: moved.why };
  const effects = moved.effects.map((effect) => {
    if (effect.do === 'ask') return 'ask';
    return `post ${effect.event.is}${effect.event.is === 'account-held' && effect.event.loud ? ', loud' : ''}`;
  });
  return { from, to: accountName(moved.state), effects: effects.join(', ') };
}

it('docs/states.md is what the rules do', async () => {
  const tasks = (Object.keys(events) as (keyof typeof events)[]).map((event) => {
    const lines = (Object.keys(reach) as Reached[]).map((reached) => lineOf(reached, event));
    return `### ${event}\n\n${rows(lines)}\n`;
  });
  const others = Object.entries(accountEvents).map(
    ([name, event]) => `### ${name}\n\n${rows(Object.keys(accounts).map((from) => accountLine(from, event)))}\n`,
  );
  const page = [HEAD, '## A task\n', ...tasks, '## An account\n', ...others].join('\n');
  await expect(page).toMatchFileSnapshot('../../docs/states.md');
});
