import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passes, reasons } from '../../src/bots/verdicts.ts';
import { judge } from '../../src/chain/gate/gate.ts';
import type { GateFacts } from '../../src/chain/gate/gate.ts';
import { hunksForAdmin } from '../../src/chain/gate/paths.ts';
import type { Diff } from '../../src/chain/gate/paths.ts';
import { Head } from '../../src/chain/ids.ts';
import type { Person } from '../../src/chain/person.ts';
import type { Policy } from '../../src/chain/policy.ts';
import type { Answer } from '../../src/chain/verdict.ts';
import { ana, ben } from '../chain/samples.ts';
import { ground } from './ground.ts';
import type { Crafted, Files, Ground } from './ground.ts';

/** Who lets a change through: itself once soak is over, a merger's tap, an admin's second tap, nobody from chat, nobody at all. */
export type Who = 'itself' | 'a tap' | 'an admin' | 'by hand' | 'nobody';

/** A trick, what it does to the base, who lets it through, and what the gates of paths and of risk say. */
export type Row = readonly [trick: string, change: Files, who: Who, paths: string, risk: string];

/** What the gates say most often. */
export const alone = 'The one file may merge unattended.';
export const low = 'Low risk.';
export const beyond = 'Medium risk: 1 file beyond what merges unattended.';
export const high = 'High risk: it touches what merges only by hand.';

/** Judges every row over a real repository and mirror, by the product's own way from the agent's bundle to the verdict. */
export function hostile(kind: string, rows: readonly Row[]): void {
  describe(`a change with ${kind}`, () => {
    let here: Ground;
    let heads: readonly string[];
    beforeAll(async () => {
      here = await ground();
      heads = await here.commit(rows.map(([, change]) => change));
    });
    afterAll(() => here.leave());

    it.each(rows.map((row, n) => [row[0], row[2], row, n] as const))('%s: %s', async (_, who, row, n) => {
      const diff = await taken(here, heads[n] ?? '');
      const found = judged(diff, here.policy);
      expect(found).toEqual({ who, paths: row[3], risk: row[4] });
    });
  });
}

/** The change in the mirror, as the gate reads it. Throws where git did not take it. */
export async function taken(here: Ground, change: string | Crafted): Promise<Diff> {
  const work = await here.take(change);
  if (work.kind !== 'taken') throw new Error(JSON.stringify(work));
  return here.diff(work.head);
}

/** What the gate says, after what a person would see of it was found harmless. */
export function judged(
  diff: Diff,
  policy: Policy,
): { readonly who: Who; readonly paths: string; readonly risk: string } {
  const facts = factsOf(diff);
  const verdict = judge(facts, policy);
  const answer = (gate: Answer['gate']): Answer => verdict.answers.find((each) => each.gate === gate)!;
  const [paths, risk] = [answer('paths'), answer('risk')];
  for (const row of [...reasons(verdict), ...passes(verdict)]) expectHarmless(row);

  const merges = (by: Person, second: boolean): boolean =>
    judge({ ...facts, approval: { by, head: diff.head, second } }, policy).says === 'merge';
  const who = lets({
    itself: paths.says === 'pass' && risk.says === 'pass',
    tap: merges(ben, false),
    admin: merges(ana, true),
  });
  if (who === 'an admin') expect(hunksForAdmin(diff, policy)).not.toBe('');
  // Nobody else's second tap counts, and a block is told as one.
  expect(merges(ben, true)).toBe(who === 'itself' || who === 'a tap');
  expect(who === 'by hand' || who === 'nobody' ? merges(ana, true) : false).toBe(false);
  return {
    who: who === 'nobody' && verdict.says === 'block' ? 'by hand' : who,
    paths: paths.sentence,
    risk: risk.sentence,
  };
}

function lets(by: { readonly itself: boolean; readonly tap: boolean; readonly admin: boolean }): Who {
  if (by.itself) return 'itself';
  if (by.tap) return 'a tap';
  return by.admin ? 'an admin' : 'nobody';
}

/** Open, green, reviewed, soak over: only what the change touches stands in its way, and that no judge is set up. */
function factsOf(diff: Diff): GateFacts {
  const { head, base } = diff;
  return {
    project: { merges: true, soak: false },
    change: { number: 7, head, base },
    now: { state: 'open', head, base, mergeable: true },
    policyAt: base,
    check: { head, base, outcome: 'green', what: 'npm test', tail: '' },
    diff,
    review: { head, severity: 'none', scope: 'implemented' },
    budget: null,
    approval: null,
  };
}

/** One line that is shown whole, nothing unseen in it, and outside code spans nothing that a chat makes something of. */
function expectHarmless(row: string): void {
  expect(row).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
  expect(row.length).toBeLessThan(330);
  const bare = row.replaceAll(/`[^`]+`/gu, '').replaceAll(/\\[^\w\s]/gu, '');
  expect(bare).not.toMatch(/[`*[\]<>~|#@\\]|www\.|:\/\//u);
}

/** What git itself does not take: the reason that the coder is told. */
export async function refusal(here: Ground, change: string | Crafted): Promise<string> {
  const work = await here.take(change);
  return work.kind === 'refused' ? work.reason : work.kind;
}

/** A commit onto the base whose tree has one more entry, exactly as given. Trees are not sorted: put it first or alone. */
export async function crafted(
  here: Ground,
  entries: readonly { readonly mode: string; readonly name: string; readonly id?: string }[],
): Promise<Crafted> {
  const blob = await here.object('blob', 'x\n');
  const parts = entries.map(({ mode, name, id }) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id ?? blob, 'hex')]),
  );
  const tree = await here.object('tree', Buffer.concat(parts));
  const who = ['author', 'committer'].map((name) => `${name} Agent <agent@example.invalid> 1790000000 +0000`);
  const head = await here.object('commit', [`tree ${tree}`, `parent ${here.base}`, ...who, '', 'work', ''].join('\n'));
  return { head: Head.parse(head), objects: [head, tree, blob] };
}
