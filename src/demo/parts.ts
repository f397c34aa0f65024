import type { CoderHandoff, PlanHandoff, RequirementsHandoff, ReviewHandoff } from '../chain/handoff.ts';
import type { Role } from '../chain/roles.ts';
import { SAMPLE_BASE } from './sample.ts';
import type { CoderTurn, Turn } from './faults.ts';

/**
 * What each role does in the rehearsal of "fix the typo" on the sample repository. A step's name is the beginning of its tool call's id;
 * every command can be run again without harm. `once`: never again in this conversation, also after it was lost and resumed.
 */
export type Step = { readonly name: string; readonly say: string; readonly once?: true } & (
  | { readonly does: 'run'; readonly command: string }
  | { readonly does: 'call'; readonly tool: string; readonly input: object }
  | { readonly does: 'read'; readonly file: { readonly named?: RegExp; readonly path: string } }
  /** Left out where people cannot be asked. */
  | { readonly does: 'ask'; readonly questions: readonly object[] }
);

/** A tool call that was made, and what the tool answered. `now`: in this turn. */
export type Call = { readonly step: string; readonly now: boolean; readonly result: string };

/** `handoff` null: the role ends its turn without one. */
export type Part = { readonly steps: readonly Step[]; readonly handoff: ((calls: readonly Call[]) => object) | null };

const SUBJECT = 'docs: fix the spelling of receive in the README';
/** Where the coder's red test goes when it is asked to leave one; a later attempt clears it away. */
const RED = 'test/spelling.test.js';

const TITLE = 'Fix the spelling of "receive" in the README';

const requirements: RequirementsHandoff = {
  title: TITLE,
  requirements: `# ${TITLE}

## Why
The README says "recieve", twice. It is the first page that a newcomer reads.

## What
1. Every "recieve" in README.md reads "receive".
2. Nothing else in README.md changes.

## Done when
1. \`grep -c recieve README.md\` says 0.
2. \`npm test\` is green: a test reads the example in README.md.

## Not in it
Other words, and other files: none of them has this slip.

## Assumed
"The typo" means this word in both places. If one was meant to stay, the second edit goes.
`,
};

const plan: PlanHandoff = {
  type: 'docs',
  plan: `# ${TITLE}

## Requirements
1 and 2: U1.

## As it is
README.md says "how many letters you recieve" in its first line of text and "that you recieve the post" below the example.
test/readme.test.js compares the example with what src/announce.js says; it reads neither sentence.

## Units
### U1. Put the word right
- Changes README.md: "recieve" becomes "receive", twice. One commit, \`${SUBJECT}\`.
- Given the new README, when \`npm test\` runs, then all tests are green as before.
- Verify: \`! grep -n recieve README.md\` and \`npm test\`.

## Risks
An edit of the example would turn test/readme.test.js red.

## Not in it
A spelling check in the tests: considered, and left, since nobody asked for it.
`,
  units: [{ name: 'U1. Put the word right', files: ['README.md'] }],
  acceptance: ['! grep -n recieve README.md'],
};

const review: ReviewHandoff = { severity: 'none', scope: 'implemented', findings: [] };

/** What a reviewer that is asked to find something says instead. */
const reviews: Readonly<Record<'high' | 'design-only', ReviewHandoff>> = {
  high: {
    severity: 'high',
    scope: 'implemented',
    findings: [
      {
        severity: 'high',
        title: 'The example no longer runs',
        detail: 'The code block in README.md imports a file that is not there.',
        file: 'README.md',
      },
    ],
  },
  'design-only': { severity: 'none', scope: 'design-only', findings: [] },
};

/** The coder's commands, in order. A coder that went astray on the base branch before comes back first. Codex refuses `rm -f`. */
const work = {
  look: `[ "$(git branch --show-current)" != ${SAMPLE_BASE} ] || git checkout -q @{-1} || true; git status --short --branch; git log --oneline -n 5; cat README.md`,
  fix: `sed -i 's/recieve/receive/g' README.md && { [ ! -e ${RED} ] || rm ${RED}; } && git diff --stat`,
  test: '[ -d node_modules ] || npm ci --offline; npm test',
  commit: `git add -A && { git diff --cached --quiet || git commit -q -m '${SUBJECT}'; } && git log -n 1 --format=%H && git status --short`,
} as const;

const say: Readonly<Record<keyof typeof work, string>> = {
  look: 'Looking at what is here and what was done already',
  fix: 'Putting the word right in the README',
  test: 'Running the tests',
  commit: 'Committing',
};

type Astray = {
  readonly work?: Partial<Record<keyof typeof work, string | null>>;
  readonly handoff?: Partial<CoderHandoff>;
};

/** What a coder does wrong when it is asked to: commands that replace its own (null: left out) and what it says at the end. */
const astray: Readonly<Record<CoderTurn, Astray>> = {
  'red-test': {
    work: {
      fix: `sed -i 's/recieve/receive/g' README.md && printf '%s\\n' "import { test } from 'node:test';" "test('left red', () => { throw new Error('left red'); });" > ${RED}`,
    },
  },
  'commit-on-base': {
    work: {
      commit: `{ git checkout -q ${SAMPLE_BASE} 2>/dev/null || git checkout -q -b ${SAMPLE_BASE}; } && ${work.commit}`,
    },
  },
  rewritten: { work: { commit: `git add -A && git commit -q --amend -m '${SUBJECT}' && git log -n 1 --format=%H` } },
  uncommitted: { work: { commit: null } },
  nothing: { work: { fix: null, test: null, commit: null } },
  'plan-violation': {
    work: { fix: null, test: null, commit: null },
    handoff: {
      status: 'plan-violation',
      summary: 'Nothing was changed.',
      next: 'The plan names README.md alone, but docs/ has the word too: plan again with both.',
    },
  },
  blocked: {
    work: { fix: null, test: null, commit: null },
    handoff: {
      status: 'blocked',
      summary: 'Nothing was changed.',
      next: 'Is the British or the American spelling wanted in the rest of the README?',
    },
  },
  fetch: { work: { look: 'until curl -sSk -m 10 https://example.org/; do sleep 1; done' } },
  exit: {},
};

function coder(turn: Turn | null): Part {
  const wrong = turn !== null && turn in astray ? astray[turn as CoderTurn] : {};
  const steps = Object.keys(work).flatMap((name): readonly Step[] => {
    const key = name as keyof typeof work;
    const command = wrong.work?.[key] === undefined ? work[key] : wrong.work[key];
    return command === null ? [] : [{ name, say: say[key], does: 'run', command }];
  });
  /** The tool's shell is a child of the CLI. The second is for the CLI to write down this call, so that a resume knows of it. */
  const exit: Step = { name: 'exit', say: 'Going away', once: true, does: 'run', command: 'sleep 1; kill -KILL $PPID' };
  return {
    steps: turn === 'exit' ? [...steps.slice(0, 2), exit, ...steps.slice(2)] : steps,
    handoff: (calls) => ({ ...coderHandoff(calls), ...wrong.handoff }),
  };
}

function coderHandoff(calls: readonly Call[]): CoderHandoff {
  const run = calls.findLast((each) => each.step === 'test' || each.step === 'wait');
  const counts = run?.result.match(/(tests|pass|fail) \d+/g)?.join(', ');
  return {
    status: 'done',
    summary: 'Replaced "recieve" by "receive" in README.md, twice. Nothing else changed.',
    defect: {
      cause: 'Whoever wrote the README misspelt the word in both places.',
      file: 'README.md',
      proof: '! grep -n recieve README.md',
    },
    tests: counts === undefined ? [] : [{ command: 'npm test', result: counts }],
    risks: [],
    next: 'Review the change.',
  };
}

const spelling: Step = {
  name: 'spelling',
  say: 'The README says "recieve" twice. One thing before I write the requirements.',
  once: true,
  does: 'ask',
  questions: [
    {
      question: 'Only the README, or the same slip elsewhere too?',
      header: 'Where',
      options: [
        { label: 'Only the README', description: 'as the idea says' },
        { label: 'Everywhere', description: 'wherever the word is' },
      ],
      multiSelect: false,
    },
  ],
};
const readme: Step = { name: 'readme', say: 'Reading the README', does: 'read', file: { path: 'README.md' } };
const diff: Step = {
  name: 'diff',
  say: 'Reading the change',
  does: 'read',
  file: { named: /\/[\w./-]+\.(?:diff|patch)\b/, path: 'README.md' },
};

/** What a role does, and how `turn` bends it. */
export function partOf(role: Role, turn: Turn | null): Part {
  const part = usual(role, turn);
  return turn === 'no-handoff' ? { ...part, handoff: null } : part;
}

function usual(role: Role, turn: Turn | null): Part {
  switch (role) {
    case 'brainstormer':
      return { steps: [readme, spelling], handoff: () => requirements };
    case 'planner':
      return { steps: [readme], handoff: () => plan };
    case 'coder':
      return coder(turn);
    case 'answerer':
      return {
        steps: [readme],
        handoff: () => ({ answer: 'The README says what this repository is for: see `README.md`.' }),
      };
    case 'reviewer':
      return { steps: [diff], handoff: () => (turn === 'high' || turn === 'design-only' ? reviews[turn] : review) };
  }
}
