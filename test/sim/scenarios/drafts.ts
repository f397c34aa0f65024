import { ben } from '../../chain/samples.ts';
import type { Scenario } from '../drive.ts';
import type { Intent, Look } from '../people.ts';
import { does, phaseOf, resume, whole } from './plain.ts';
import type { Phase } from './plain.ts';

/** What people say of the requirements until a coder begins. */

const draft = ({ task }: Look, n: number): boolean => {
  const of = task('fix')?.draft;
  return of?.n === n && of.open && of.head !== null;
};
const pausedFor =
  (what: 'wait' | 'change') =>
  (look: Look): boolean =>
    phaseOf(look) === 'held' && look.task('fix')?.draft?.pause?.what === what;

const tap = (name: 'wait' | 'change', phase: Phase, of: Partial<Intent> = {}): Intent =>
  does(() => ({ name, draft: 1 }), [], { name, when: (look) => draft(look, 1) && phaseOf(look) === phase, ...of });
const words = does(() => ({ name: 'say', text: 'keep it short' }), [], { name: 'words', when: pausedFor('change') });
const keep = resume({ name: 'keep', when: pausedFor('change') });
const goOn = resume({ when: pausedFor('wait') });
/** Of what was planned from the second requirements, or nobody approves. */
const approve = does(() => ({ name: 'approve', head: null, plan: null }), ['held'], {
  name: 'approve',
  when: (look) => draft(look, 2) && phaseOf(look) === 'held',
});

const of = (name: string, intents: readonly Intent[], more: Partial<Scenario> = {}): Scenario => ({
  ...whole,
  name,
  intents: [...whole.intents, ...intents],
  ...more,
});

export const drafts: readonly Scenario[] = [
  of('Change while somebody plans, and the words', [tap('change', 'working'), words]),
  of('Change while the plan is kept, and the words', [tap('change', 'recording'), words]),
  of('Change while the plan waits for Approve, and the words', [tap('change', 'held'), words, approve], {
    policy: { approvePlan: 'always' },
  }),
  of('Change while somebody plans, and all stays', [tap('change', 'working'), keep]),
  of('Wait before anybody plans, and Resume', [tap('wait', 'queued'), goOn]),
  of('Wait while somebody plans, and Resume', [tap('wait', 'working'), goOn]),
  of('Wait and Change at once', [tap('wait', 'working', { person: ben }), tap('change', 'working'), words]),
];
