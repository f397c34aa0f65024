import { blinding } from './blinding.ts';
import { boundary } from './boundary.ts';
import { dialogue } from './dialogue.ts';
import { disk } from './disk.ts';
import { environment } from './environment.ts';
import { files } from './files.ts';
import { journal } from './journal.ts';
import { money } from './money.ts';
import type { Mutant } from './mutant.ts';
import { page } from './page.ts';
import { paths } from './paths.ts';
import { starting } from './starting.ts';
import { talk } from './talk.ts';

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
    find: 'const known = key === null ? undefined : (keys.get(key) ?? newKeys.get(key));',
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
    find: 'const reason = (await watch().catchUp()).get(account);',
    put: 'const reason = undefined as string | undefined;',
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
    find: 'const over = holds.filter(({ at }) => at <= now)',
    put: 'const over = holds.filter(({ at }) => at < 0)',
    tests: rules,
  },
  {
    guard: 'a session that is given up is stopped',
    file: 'src/chain/transition.ts',
    find: 'first(halt(task), held)',
    put: 'first([], held)',
    tests: rules,
  },
  {
    guard: 'a session that was given up is no person’s stop',
    file: 'src/chain/ended.ts',
    find: 'if (phase.halted) {',
    put: 'if (false) {',
    tests: rules,
  },
  {
    guard: 'red tests run once more before a coder is called back',
    file: 'src/chain/outcomes.ts',
    find: 'return wasRed(task.check, check) ? ',
    put: 'return check !== null ? ',
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

const covered: readonly Mutant[] = [
  {
    guard: 'no journal holds a secret',
    file: 'src/chain/owner.ts',
    find: 'submit(book, everywhere(event, book.cover), source, settles)',
    put: 'submit(book, event, source, settles)',
    tests: ['test/covers.test.ts'],
  },
  {
    guard: 'no card, notice or remark shows a secret',
    file: 'src/chain/covered.ts',
    find: 'chat.show(thread, everywhere(remark, all))',
    put: 'chat.show(thread, remark)',
    tests: ['test/covers.test.ts'],
  },
  {
    guard: 'nothing hides under what looks like a key from an admin who decides',
    file: 'src/chain/covered.ts',
    find: '{ ...shown, patch: notice.patch }',
    put: '{ ...shown }',
    tests: ['test/covers.test.ts'],
  },
  {
    guard: 'what people paste is covered at the desk',
    file: 'src/chain/covered.ts',
    find: 'command: everywhere(input.command, all)',
    put: 'command: input.command',
    tests: ['test/covers.test.ts'],
  },
  {
    guard: 'what people paste is not kept by the web chat',
    file: 'src/bots/console/inputs.ts',
    find: 'text: cover(sent.text)',
    put: 'text: sent.text',
    tests: ['test/bots/console'],
  },
  {
    guard: 'a document is committed as the role wrote it',
    file: 'src/chain/yard.ts',
    find: '    clock: yard.acts.clock,\n    cover: yard.covers.known,\n    follow: (added) => yard.follow.task(live, added),',
    put: '    clock: yard.acts.clock,\n    cover: yard.covers.all,\n    follow: (added) => yard.follow.task(live, added),',
    tests: ['test/covers.test.ts'],
  },
  {
    guard: 'a secret is found where it is broken into lines',
    file: 'src/boundary/prints.ts',
    find: 'if (isSpace(text.charCodeAt(n))) continue;',
    put: '',
    tests: ['test/boundary/prints.test.ts'],
  },
  {
    guard: 'a secret is found by its hash, not by its sum',
    file: 'src/boundary/prints.ts',
    find: 'if (hashes.has(hashOf(text.slice(from, n + 1), salt)))',
    put: 'if (hashes.size > 0)',
    tests: ['test/boundary/prints.test.ts'],
  },
  {
    guard: 'a secret is covered before a record is cut to lengths',
    file: 'src/runtime/record.ts',
    find: '{ ...line, line: cover(line.line) }',
    put: 'line',
    tests: ['test/runtime/record.test.ts'],
  },
];

export const mutants: readonly Mutant[] = [
  ...merging,
  ...paths,
  ...people,
  ...journal,
  ...holds,
  ...covered,
  ...files,
  ...talk,
  ...dialogue,
  ...boundary,
  ...blinding,
  ...money,
  ...environment,
  ...starting,
  ...disk,
  ...page,
];
