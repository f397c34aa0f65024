/** One guard taken out. `find` is in `file` exactly once; the tests in `tests` must go red without it. */
export type Mutant = {
  readonly guard: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  readonly tests: readonly string[];
};

const rules = ['test/chain', 'test/sim'];

const merging: readonly Mutant[] = [
  {
    guard: 'expected head, at the tap',
    file: 'src/chain/tapped.ts',
    find: "if (phase.at !== 'review' || !change) return ignored(`nothing to merge: the task is ${phase.at}`);\n  if (head !== change.head) return ignored('the head moved');",
    put: "if (phase.at !== 'review' || !change) return ignored(`nothing to merge: the task is ${phase.at}`);",
    tests: rules,
  },
  {
    guard: 'expected head, at the gate',
    file: 'src/chain/gate/gate.ts',
    find: 'if (now.head !== head) return hold(',
    put: 'if (false) return hold(',
    tests: rules,
  },
  {
    guard: 'expected head, at the forge',
    file: 'src/forge/merge.ts',
    find: 'if (other !== undefined) return refused(',
    put: 'if (false) return refused(',
    tests: ['test/forge'],
  },
  {
    guard: 'expected base, at the gate',
    file: 'src/chain/gate/gate.ts',
    find: 'if (change.base !== now.base) return hold(',
    put: 'if (false) return hold(',
    tests: rules,
  },
  {
    guard: 'expected base, at the forge',
    file: 'src/forge/merge.ts',
    find: 'if (base !== change.base) return refused(',
    put: 'if (false) return refused(',
    tests: ['test/forge'],
  },
  {
    guard: 'compare-and-swap of the base branch',
    file: 'src/forge/bare.ts',
    find: 'update ${ref} ${to} ${from ?? ABSENT}',
    put: 'update ${ref} ${to}',
    tests: ['test/forge'],
  },
  {
    guard: 'look-up of our own merge by its trailer',
    file: 'src/forge/seen.ts',
    find: '(await findSquash(place.bare, record, base)) ?? ',
    put: '',
    tests: ['test/forge'],
  },
  {
    guard: 'the content behind a trailer',
    file: 'src/forge/squash.ts',
    find: 'if ((await mergeTree(bare, parent, change.head)) === tree) return commit;',
    put: 'return commit;',
    tests: ['test/forge'],
  },
  {
    guard: 'a base that moved since the tests is validated again',
    file: 'src/chain/judging.ts',
    find: '(check && bases.find((base) => base !== check.base)) ?? null',
    put: 'bases.find(() => false) ?? null',
    tests: rules,
  },
  {
    guard: 'the gate once more before the merge',
    file: 'src/chain/judging.ts',
    find: "if (verdict.says !== 'merge') return { is: 'merge-refused', why: 'gate', text: refusal(verdict) };",
    put: '',
    tests: rules,
  },
  {
    guard: 'hold on a missing fact: tests that did not run',
    file: 'src/chain/gate/gate.ts',
    find: 'if (check === null) return hold(`The tests did not run',
    put: 'if (check === null) return pass(`The tests did not run',
    tests: rules,
  },
  {
    guard: 'hold on a missing fact: nothing known of the merge',
    file: 'src/chain/gate/gate.ts',
    find: 'if (now.mergeable === null) return hold(',
    put: 'if (now.mergeable === null) return pass(',
    tests: rules,
  },
  {
    guard: "soak: a person's tap",
    file: 'src/chain/gate/gate.ts',
    find: "return project.soak ? hold('Soak: every merge of this project waits for a tap.', 'merge')",
    put: "return project.soak ? pass('Soak: every merge of this project waits for a tap.')",
    tests: rules,
  },
  {
    guard: "an admin's second tap",
    file: 'src/chain/tapped.ts',
    find: "if (sensitive && !(second && may(by, 'admin'))) {",
    put: 'if (sensitive && !second) {',
    tests: rules,
  },
  {
    guard: 'an approval is void at another head',
    file: 'src/chain/gate/gate.ts',
    find: ' || approval.head !== change.head) return answer;',
    put: ') return answer;',
    tests: rules,
  },
];

const people: readonly Mutant[] = [
  {
    guard: 'allowed presser, at the desk',
    file: 'src/chain/desk.ts',
    find: "if (!right.ok) return refuse({ code: 'not-allowed', needs: right.needs, has: person.may });",
    put: '',
    tests: rules,
  },
  {
    guard: 'allowed presser, in the rules',
    file: 'src/chain/tapped.ts',
    find: "if (!may(by, 'merge')) return ignored('this person may not merge');",
    put: '',
    tests: rules,
  },
  {
    guard: 'who was removed from the config has approved nothing',
    file: 'src/chain/judging.ts',
    find: 'const by = approval ? acts.person(approval.by.id) : null;',
    put: 'const by = approval?.by ?? null;',
    tests: rules,
  },
  {
    guard: 'a repeated input changes nothing',
    file: 'src/chain/owner.ts',
    find: "if (source !== null && stream.sources.includes(source)) return { kind: 'repeated' };",
    put: '',
    tests: rules,
  },
  {
    guard: "a task's id comes from its source",
    file: 'src/chain/desk.ts',
    find: 'TaskId.parse(`t${digest(source).slice(0, 10)}`)',
    put: 'TaskId.parse(`t${digest(source + String(Math.random())).slice(0, 10)}`)',
    tests: rules,
  },
  {
    guard: 'nonce: a message is shown once per key',
    file: 'src/bots/console/timeline.ts',
    find: 'const known = entry.key === null ? undefined : keys.get(entry.key);',
    put: 'const known = undefined as Entry | undefined;',
    tests: ['test/bots/console'],
  },
  {
    guard: 'a list of nobody does not start',
    file: 'src/config.ts',
    find: "people: z.array(People).min(1, 'at least one person must be allowed to act'),",
    put: 'people: z.array(People),',
    tests: ['test/config.test.ts'],
  },
];

const journal: readonly Mutant[] = [
  {
    guard: 'fsync before an append counts',
    file: 'src/store/journal.ts',
    find: 'await file.datasync();',
    put: '',
    tests: ['test/store'],
  },
  {
    guard: "fsync of the folder's names",
    file: 'src/store/disk.ts',
    find: '  await disk.syncFolder(dirname(path));\n}',
    put: '}',
    tests: ['test/store'],
  },
  {
    guard: 'expectedSeq, in the store',
    file: 'src/store/journal.ts',
    find: 'if (at.seq !== expectedSeq) {',
    put: 'if (at.seq < 0) {',
    tests: ['test/store'],
  },
  {
    guard: 'stale: the owner reads its journal again',
    file: 'src/chain/owner.ts',
    find: 'const damage = await load(book);\n    if (damage) return',
    put: 'const damage = null as Damage | null;\n    if (damage) return',
    tests: rules,
  },
  {
    guard: 'acknowledged after the journal, not before',
    file: 'src/chain/owner.ts',
    find: '      book.writing ??= drain(book);\n',
    put: '      book.writing ??= drain(book);\n      done(null);\n',
    tests: rules,
  },
  {
    guard: 'what is judged against an entry that was not kept is not kept either',
    file: 'src/chain/owner.ts',
    find: 'for (const { done } of [...batch, ...book.waiting.splice(0)]) done(refusal);\n      book.ahead = book.durable;',
    put: 'for (const { done } of batch) done(refusal);',
    tests: rules,
  },
  {
    guard: 'effects are settled by their outcome',
    file: 'src/chain/stream.ts',
    find: 'stream.pending.filter((effect) => effect.id !== entry.settles)',
    put: 'stream.pending.filter(() => true)',
    tests: rules,
  },
  {
    guard: 'an outcome counts once',
    file: 'src/chain/owner.ts',
    find: "if (settles !== null && !stream.pending.some((effect) => effect.id === settles)) return { kind: 'repeated' };",
    put: '',
    tests: rules,
  },
  {
    guard: 'what is not waited for any more is not done',
    file: 'src/chain/pursue.ts',
    find: "if (!wanted(task, effect)) return { is: 'done' };",
    put: '',
    tests: rules,
  },
  {
    guard: 'a disk that refuses is asked again',
    file: 'src/chain/pursue.ts',
    find: "if (answer.kind !== 'not-kept') return;",
    put: 'return;',
    tests: rules,
  },
  {
    guard: 'a snapshot ahead of its journal is not believed',
    file: 'src/chain/owner.ts',
    find: 'kept.success && kept.data.seq <= read.entries.length ? kept.data : empty',
    put: 'kept.success ? kept.data : empty',
    tests: rules,
  },
  {
    guard: 'messages keep their order, after their thread',
    file: 'src/chain/pursue.ts',
    find: "const inOrder = pending.effect.do === 'tell' || pending.effect.do === 'open';",
    put: "const inOrder = pending.effect.do === 'tell';",
    tests: rules,
  },
];

const holds: readonly Mutant[] = [
  {
    guard: 'no wake-up is lost: an account that opened first answers at once',
    file: 'src/chain/account.ts',
    find: "if (!account.shut) return { kind: 'moved', state: account, effects: [free(task, hold)] };",
    put: '',
    tests: rules,
  },
  {
    guard: 'everybody who waits is told that it opened',
    file: 'src/chain/account.ts',
    find: 'const effects = account.waiting.map(({ task, hold }) => free(task, hold));',
    put: 'const effects = account.waiting.slice(0, 0).map(({ task, hold }) => free(task, hold));',
    tests: rules,
  },
  {
    guard: 'one alert for all that wait',
    file: 'src/chain/account.ts',
    find: 'held(task, hold, account.shut, !account.alerted)',
    put: 'held(task, hold, account.shut, true)',
    tests: rules,
  },
  {
    guard: "an account's hold comes from the boundary's record alone",
    file: 'src/chain/others.ts',
    find: 'await watch().catchUp();\n',
    put: '',
    tests: rules,
  },
  {
    guard: 'nothing is begun on an account that is shut',
    file: 'src/chain/schedule.ts',
    find: 'if (account === null || !view.accounts.get(account)?.shut) return [];',
    put: 'if (account === null || account !== null) return [];',
    tests: rules,
  },
  {
    guard: 'a hold gives its slot back',
    file: 'src/chain/moves.ts',
    find: "const RESTING: readonly Phase['at'][] = ['held', 'review',",
    put: "const RESTING: readonly Phase['at'][] = ['review',",
    tests: rules,
  },
  {
    guard: 'a hold that is over does not end the next one',
    file: 'src/chain/held.ts',
    find: "if (phase.at !== 'held' || phase.hold !== ended) return ignored('that hold is over');",
    put: "if (phase.at !== 'held') return ignored('that hold is over');",
    tests: rules,
  },
  {
    guard: 'a task goes on with no account but one beside the shut one',
    file: 'src/chain/held.ts',
    find: "if (of !== phase.ends.account) return ignored('that account does not stand beside the shut one');",
    put: '',
    tests: rules,
  },
  {
    guard: 'a paid key never stands beside an account',
    file: 'src/config.ts',
    find: "other.provider === provider && other.kind === 'subscription'",
    put: 'other.provider === provider',
    tests: ['test/config.test.ts'],
  },
  {
    guard: 'the queue waits for the account that a person chose',
    file: 'src/chain/schedule.ts',
    find: '? accountFor(task, accounts[step.role]) : null',
    put: '? accounts[step.role] : null',
    tests: rules,
  },
  {
    guard: 'the sessions of a task use the account that a person chose',
    file: 'src/chain/perform.ts',
    find: 'settings: { ...settings, account: accountFor(task, settings.account) },',
    put: 'settings,',
    tests: rules,
  },
  {
    guard: 'holds with a time end by themselves',
    file: 'src/chain/schedule.ts',
    find: 'const ended = holds.filter(({ at }) => at <= now)',
    put: 'const ended = holds.filter(({ at }) => at < 0)',
    tests: rules,
  },
  {
    guard: 'a session that is given up is stopped',
    file: 'src/chain/transition.ts',
    find: 'first(halt(task), outage(',
    put: 'first([], outage(',
    tests: rules,
  },
  {
    guard: "a late session's end is not the present one's",
    file: 'src/chain/ended.ts',
    find: 'phase.session !== session || phase.leg !== leg)',
    put: 'phase.session !== session)',
    tests: rules,
  },
  {
    guard: 'the slots of the machine',
    file: 'src/chain/schedule.ts',
    find: "if (free <= 0) waits.set(next.id, { for: 'slot', ahead, slots });",
    put: "if (free <= -9) waits.set(next.id, { for: 'slot', ahead, slots });",
    tests: rules,
  },
  {
    guard: 'a person who resumes builds on what is there',
    file: 'src/chain/held.ts',
    find: 'if (missing === null) return go(task, phase.step, stamp);',
    put: 'if (missing !== undefined) return go(task, phase.step, stamp);',
    tests: rules,
  },
];

export const mutants: readonly Mutant[] = [...merging, ...people, ...journal, ...holds];
