import type { Mutant } from './mutant.ts';

const asks = ['test/chain/asking.test.ts'];
const drafts = ['test/chain/drafting.test.ts'];
const steers = ['test/chain/steering.test.ts'];
const worker = ['test/worker/worker.test.ts'];

/** Guards of what agents and people say to each other: questions, and the requirements until a coder begins. */
export const dialogue: readonly Mutant[] = [
  {
    guard: 'the first answer counts, and each part has its own',
    file: 'src/chain/asking.ts',
    find: 'if (!ask?.open || part !== ask.replies.length + 1) return',
    put: 'if (!ask) return',
    tests: asks,
  },
  {
    guard: 'who only watches answers nothing',
    file: 'src/chain/asking.ts',
    find: "if (!may(by, 'steer')) return ignored('this person may not answer');",
    put: '',
    tests: asks,
  },
  {
    guard: 'a question is over with the conversation that asked it',
    file: 'src/chain/moves.ts',
    find: 'ask.session === session ? ask : { ...ask, open: false }',
    put: 'ask',
    tests: asks,
  },
  {
    guard: 'a record that is read again asks nobody twice',
    file: 'src/chain/asking.ts',
    find: 'if (task.questions.some((known) => known.id === id)) return',
    put: 'if (false) return',
    tests: asks,
  },
  {
    guard: 'leave is given in bare words alone',
    file: 'src/chain/asking.ts',
    find: '/^(1|allow|allow once|yes|ok)[.!]?$/i',
    put: '/^(1|allow|allow once|yes|ok)/i',
    tests: asks,
  },
  {
    guard: 'people are reminded of a question after ten minutes',
    file: 'src/chain/schedule.ts',
    find: 'told === 0 ? REMIND_MS : DAY_MS',
    put: 'DAY_MS',
    tests: asks,
  },
  {
    guard: 'people are told of a question once more after a day, and no more',
    file: 'src/chain/schedule.ts',
    find: '!open || told > 1',
    put: '!open || told > 0',
    tests: asks,
  },
  {
    guard: 'a question that nobody answers gives the slot back',
    file: 'src/chain/asking.ts',
    find: "[reminded, { do: 'yield', session, leg }]",
    put: '[reminded]',
    tests: asks,
  },
  {
    guard: 'without its answer it does not go on, whatever ended its leg',
    file: 'src/chain/ended.ts',
    find: "if (end.kind !== 'ended' && end.kind !== 'crashed' && openAsk(task))",
    put: 'if (false)',
    tests: asks,
  },
  {
    guard: 'it goes on when the last of its questions is answered, and not before',
    file: 'src/chain/asking.ts',
    find: "phase.ends.by !== 'answer' || openAsk(task)) return move",
    put: "phase.ends.by !== 'answer') return move",
    tests: asks,
  },
  {
    guard: 'Resume does not pass over a question',
    file: 'src/chain/held.ts',
    find: "if (phase.at === 'held' && phase.ends.by === 'answer' && openAsk(task))",
    put: 'if (false)',
    tests: asks,
  },
  {
    guard: 'an answer to a session that is being stopped goes to its next leg',
    file: 'src/chain/asking.ts',
    find: "if (phase.at === 'working' && !phase.yields)\n    return move(without",
    put: "if (phase.at === 'working')\n    return move(without",
    tests: asks,
  },
  {
    guard: 'Change and Wait are bound to the requirements that were shown',
    file: 'src/chain/drafting.ts',
    find: 'draft?.n === n && step',
    put: 'draft && step',
    tests: drafts,
  },
  {
    guard: 'Change and Wait end when a coder begins',
    file: 'src/chain/moves.ts',
    find: "if (role === 'coder') return { ...draft, open: false };",
    put: '',
    tests: drafts,
  },
  {
    guard: 'after Wait no role begins',
    file: 'src/chain/moves.ts',
    find: "if (step.step === 'work' && draft?.pause) return",
    put: 'if (false && draft) return',
    tests: drafts,
  },
  {
    guard: 'what was planned from requirements that change is void',
    file: 'src/chain/moves.ts',
    find: 'hold({ ...task, plan: null, head }',
    put: 'hold({ ...task }',
    tests: drafts,
  },
  {
    guard: 'a plan that waits for Approve does not pass by Change',
    file: 'src/chain/moves.ts',
    find: "const from = { step: 'work', role, feedback: null } as const;",
    put: 'const from = step;',
    tests: drafts,
  },
  {
    guard: 'who plans is stopped where the requirements change',
    file: 'src/chain/drafting.ts',
    find: 'first(halt(task), paused(',
    put: 'first([], paused(',
    tests: drafts,
  },
  {
    guard: 'what is changed goes on in the latest leg of its conversation',
    file: 'src/chain/moves.ts',
    find: 'session === draft.session ? { ...draft, leg } : draft',
    put: 'draft',
    tests: drafts,
  },
  {
    guard: 'a turn is interrupted once for a message',
    file: 'src/chain/steering.ts',
    find: 'const steers = task.steers.filter((one) => one !== steer);',
    put: 'const { steers } = task;',
    tests: steers,
  },
  {
    guard: 'only the session that was told something is interrupted for it',
    file: 'src/chain/steering.ts',
    find: 'steer?.session !== phase.session)',
    put: '!steer)',
    tests: steers,
  },
  {
    guard: 'no turn ends for a message that was heard meanwhile',
    file: 'src/worker/conversation.ts',
    find: 'if (at === -1 && !isSaid) talk.hurried = null;',
    put: 'if (false) talk.hurried = null;',
    tests: worker,
  },
];
