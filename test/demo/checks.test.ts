import { describe, expect, it } from 'vitest';
import { checksOf } from '../../src/demo/checks.ts';
import type { Evidence, TaskEntry } from '../../src/demo/evidence.ts';

const task = 't0123456789';
const commit = '3a85a8d'.padEnd(40, '0');
const head = '80809ad'.padEnd(40, '0');
const squash = {
  id: commit,
  parents: ['a'.repeat(40)],
  message: `docs: say it (#1)\n\nWhy.\n\nSignalbox-Change: 1\nSignalbox-Head: ${head}`,
};
const until = Date.UTC(2026, 10, 21, 7, 38, 12);
const rejected = {
  at: until - 10_000,
  api: 'openai',
  role: 'coder',
  conversation: 'c-1',
  turns: 1,
  credential: null,
  resetsAt: until - 2_000,
} as const;
const texts = [
  '📄 Plan written.',
  '⏸ waits for the limit\nThe 5-hour window of codex is used up.\nResumes 07:38 UTC, 21 Nov.',
  '▶️ Goes on. The account is open again.',
  '✅ merged 3a85a8d\nChange #1, by You.',
];
const told = (text: string): { text: string; loud: boolean } => ({ text, loud: /^(⏸|✅)/u.test(text) });
const entry = (settles: string | null, ...texts_: string[]): TaskEntry => ({
  source: null,
  settles,
  event: { is: 'something', hold: 1 },
  effects: texts_.map((text) => ({ do: 'tell', notice: { text } })),
});

/** A demo in which the account was rejected once, and everything went well. */
const good: Evidence = {
  ending: {
    task,
    state: 'merged',
    head,
    merged: commit,
    thread: 'f'.repeat(12),
    heard: texts.map((text, at) => ({ id: at + 1, text })),
  },
  commits: [squash],
  messages: texts.map((text, at) => ({ seq: at + 1, message: told(text) })),
  journal: texts.map((text, at) => entry(`task-${task}:0:${at}`, text)),
  keys: texts.map((_, at) => `tell:${'f'.repeat(12)}:task-${task}:${at + 1}:0:console:postbox`),
  sessions: [`${task}-coder-1`, `${task}-reviewer-1`],
  legs: 2,
  left: [],
  kills: { wanted: 1, done: [{ target: 'controller', after: 1 }] },
  asked: [
    { ...rejected, at: rejected.at - 1_000, resetsAt: null },
    rejected,
    { ...rejected, at: until, turns: 2, resetsAt: null },
    { ...rejected, at: until + 500, turns: 2, resetsAt: null },
  ],
  shut: { account: 'codex', at: rejected.at, until },
};

const wrongIn = (evidence: Evidence): readonly string[] =>
  checksOf(evidence, true).flatMap(({ sentence, wrong }) => (wrong === null ? [] : [`${sentence}: ${wrong}`]));

/** The thread as it is and as it was seen, with one message more. */
const withMessage = (text: string): Partial<Evidence> => ({
  messages: [...good.messages, { seq: 5, message: told(text) }],
  ending: { ...good.ending, heard: [...good.ending.heard, { id: 5, text }] },
});

/** The thread with words of an agent under one line of ours. */
const withWords = (...words: readonly string[]): Partial<Evidence> => ({
  messages: [...good.messages, ...words.map((agent, at) => ({ seq: 5 + at, message: { ...told('💬'), agent } }))],
  ending: {
    ...good.ending,
    heard: [...good.ending.heard, ...words.map((agent, at) => ({ id: 5 + at, text: `💬\n${agent}` }))],
  },
});

describe('what is checked after a demo', () => {
  it('finds nothing wrong where nothing is', () => {
    expect(wrongIn(good)).toEqual([]);
    expect(wrongIn({ ...good, ...withWords('I read it.', 'I write it.') })).toEqual([]);
    expect(checksOf(good, true)).toHaveLength(12);
    expect(checksOf({ ...good, kills: { wanted: 0, done: [] } }, false)).toHaveLength(8);
  });

  const odd: readonly (readonly [string, Partial<Evidence>, RegExp])[] = [
    ['no merge', { ending: { ...good.ending, state: 'failed' } }, /the task is merged: it is failed/],
    ['no commit', { commits: [] }, /one new commit.*: it has 0/],
    ['a second commit', { commits: [squash, { ...squash, id: 'b'.repeat(40) }] }, /one new commit.*: it has 2/],
    ['a merge commit', { commits: [{ ...squash, parents: ['a', 'b'] }] }, /2 parents/],
    ['a commit of somebody else', { commits: [{ ...squash, message: 'docs: say it' }] }, /ends without our trailers/],
    ['another head than the tapped one', { ending: { ...good.ending, head: 'c'.repeat(40) } }, /it names 80809ad/],
    ['a card that names another commit', { ending: { ...good.ending, merged: 'c'.repeat(40) } }, /card names ccc/],
    ['a message that is lost', { keys: good.keys.slice(1) }, /:1:0 is not told/],
    ['a message told twice', { keys: [...good.keys, good.keys[0]!] }, /:1:0 is told once too often/],
    ['a message nobody asked for', { keys: [...good.keys, 'tell:x'] }, /tell:x is told once too often/],
    ['an outcome taken twice', { journal: [...good.journal, entry(`task-${task}:0:0`)] }, /0:0 came twice/],
    ['one cause told twice', { journal: [entry(null, 'a'), entry(null, 'a')] }, /told twice for one cause/],
    ['the same words once more', withMessage('📄 Plan written.'), /no message repeats another: again: 📄 Plan/],
    ['an agent that says the same once more', withWords('I read it.', 'I read it.'), /repeats another: again: 💬/],
    ['an event that was not seen', { ending: { ...good.ending, heard: good.ending.heard.slice(1) } }, /Plan.* differs/],
    [
      'an event seen twice',
      { ending: { ...good.ending, heard: [...good.ending.heard, good.ending.heard[0]!] } },
      /something differs/,
    ],
    ['a role that began anew', { sessions: [`${task}-coder-1`, `${task}-coder-2`] }, /begun anew: .*coder-2/],
    ['a container', { left: ['container x'] }, /is left: container x/],
    ['kills that did not happen', { kills: { wanted: 2, done: good.kills.done } }, /all 2 kills happened: 1 did/],
    ['a second alert', withMessage(texts[1]!.replace('limit', 'window')), /one alert.*: there are 2/],
    ['an alert without the time', { shut: { ...good.shut!, until: until + 3_600_000 } }, /does not name 08:38/],
    [
      'a request while held',
      { asked: [...good.asked, { ...rejected, at: rejected.at + 1, resetsAt: null }] },
      /no model request.*: 1 came before/,
    ],
    ['an account that was not rejected', { asked: good.asked.slice(2) }, /no model request.* never rejected/],
    ['no resume', { asked: good.asked.slice(0, 2) }, /it never went on/],
    [
      'a resume in another conversation',
      { asked: [...good.asked, { ...good.asked[3]!, conversation: 'c-2' }] },
      /1 requests in another conversation/,
    ],
    ['a third leg', { legs: 3 }, /3 legs, told 1 times/],
    ['words said twice', { asked: [...good.asked, { ...good.asked[3]!, turns: 3 }] }, /somebody spoke 2 times/],
  ];
  it.each(odd)('%s', (_name, change, sentence) => {
    const wrong = wrongIn({ ...good, ...change });
    expect(wrong.filter((one) => sentence.test(one))).toHaveLength(1);
  });

  it('the same words for another cause are no repetition where things can happen again', () => {
    const again = '▶️ Goes on. The account is open again.';
    const journal = [...good.journal, entry(`task-${task}:9:9`, again)];
    const keys = [...good.keys, `tell:${'f'.repeat(12)}:task-${task}:5:0:console:postbox`];
    const wrong = wrongIn({ ...good, ...withMessage(again), journal, keys });
    expect(wrong).toEqual([expect.stringContaining('told 2 times')]);
  });
});
