import { usd } from '../chain/budget.ts';
import { Head, TaskId } from '../chain/ids.ts';
import type { Ends, Hold } from '../chain/hold.ts';
import type { Beside } from '../chain/instead.ts';
import type { Verdict } from '../chain/verdict.ts';
import type { Button } from './message.ts';
import { aboutRaise, parseRaise, raiseFor } from './raise.ts';
import type { RaisePress } from './raise.ts';

export { commandOf } from './command.ts';

/** Acts that mean the same whenever they are pressed. */
const bare = ['stop', 'status', 'sendback', 'diff', 'findings'] as const;

/** What a button asks for. `plan`, `approve`, `merge` and `merge2`, the admin's second tap, are bound to the commit that was shown. */
export type Press = { readonly task: TaskId } & (
  | { readonly act: 'merge' | 'merge2' | 'approve' | 'plan'; readonly head: Head }
  /** How many holds the task has had: an older button is about something that is over. */
  | { readonly act: 'retry' | 'resume'; readonly holds: number }
  | { readonly act: 'use'; readonly account: string }
  /** The number of a place among those that the task was refused: its name, which an agent chose, is in no button. */
  | { readonly act: 'allow' | 'keep'; readonly place: number }
  /** An option of a question's part, both counted from 1; 0 ends a choice of several. */
  | { readonly act: 'answer'; readonly ask: string; readonly part: number; readonly pick: number }
  | { readonly act: 'once' | 'refuse'; readonly ask: string }
  /** The number of an offer; 0 for a talk. */
  | { readonly act: 'make'; readonly offer: number }
  /** The uuid of what was said. */
  | { readonly act: 'interrupt'; readonly message: string }
  /** The number of the requirements that were shown. */
  | { readonly act: 'change' | 'wait'; readonly draft: number }
  | RaisePress
  | { readonly act: (typeof bare)[number] }
);

/** An account's name, as the config takes it: short enough for an id of 64 bytes. */
const ACCOUNT = /^[a-z0-9-]{1,40}$/;

/** As questions are named. */
const ASK = /^[a-z]\d{1,4}-\d{1,10}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const COUNT = /^(?:0|[1-9]\d?)$/;
const HOLDS = /^(?:0|[1-9]\d{0,5})$/;

/**
 * `act:task`, `act:task:head`, `use:task:account`, `allow:task:place`, `raise:task:40`, `raiseday:task:2026-11-27/200` or
 * `answer:task:question:part:option`: at most 59 bytes, and all that is needed to act on it.
 * No agent's word is in it.
 */
export function pressId(press: Press): string {
  return [press.act, press.task, ...about(press)].join(':');
}

function about(press: Press): readonly (string | number)[] {
  if ('head' in press) return [press.head];
  if ('holds' in press) return [press.holds];
  if ('place' in press) return [press.place];
  if ('offer' in press) return [press.offer];
  if ('message' in press) return [press.message];
  if ('draft' in press) return [press.draft];
  if ('dollars' in press) return [aboutRaise(press)];
  if (press.act === 'use') return [press.account];
  if (press.act === 'answer') return [press.ask, press.part, press.pick];
  return 'ask' in press ? [press.ask] : [];
}

/** The press that an id stands for; null for anything that `pressId` does not make. */
export function parsePress(id: string): Press | null {
  const [act, named, about, ...more] = id.split(':');
  const task = TaskId.safeParse(named);
  if (!task.success) return null;
  if (act === 'answer') return answerOf(task.data, about, more);
  if (more.length > 0) return null;
  if (act === 'once' || act === 'refuse')
    return about !== undefined && ASK.test(about) ? { act, task: task.data, ask: about } : null;
  if (act === 'merge' || act === 'merge2' || act === 'approve' || act === 'plan') {
    const at = Head.safeParse(about);
    return at.success ? { act, task: task.data, head: at.data } : null;
  }
  if (act === 'use')
    return about !== undefined && ACCOUNT.test(about) ? { act, task: task.data, account: about } : null;
  if (act === 'change' || act === 'wait')
    return /^[1-9]\d{0,3}$/.test(about ?? '') ? { act, task: task.data, draft: Number(about) } : null;
  if (act === 'interrupt') return UUID.test(about ?? '') ? { act, task: task.data, message: about ?? '' } : null;
  if (act === 'retry' || act === 'resume')
    return HOLDS.test(about ?? '') ? { act, task: task.data, holds: Number(about) } : null;
  if (act === 'make') return COUNT.test(about ?? '') ? { act, task: task.data, offer: Number(about) } : null;
  if (act === 'allow' || act === 'keep')
    return /^(?:0|[1-9]\d?)$/.test(about ?? '') ? { act, task: task.data, place: Number(about) } : null;
  if (act === 'raise' || act === 'raiseday') return withTask(task.data, parseRaise(act, about ?? ''));
  const known = bare.find((name) => name === act);
  return known !== undefined && about === undefined ? { act: known, task: task.data } : null;
}

function answerOf(task: TaskId, ask: string | undefined, [part, pick, more]: readonly string[]): Press | null {
  const fits = ask !== undefined && ASK.test(ask) && COUNT.test(part ?? '') && COUNT.test(pick ?? '');
  if (!fits || more !== undefined) return null;
  return { act: 'answer', task, ask, part: Number(part), pick: Number(pick) };
}

const withTask = (task: TaskId, press: RaisePress | null): Press | null => press && { task, ...press };

const labels: Readonly<Record<Press['act'], string>> = {
  merge: 'Merge',
  merge2: 'Confirm merge',
  approve: 'Approve',
  plan: 'Approve the plan',
  sendback: 'Send back',
  stop: 'Stop',
  retry: 'Retry',
  resume: 'Resume now',
  use: 'Use',
  raise: 'Raise to',
  raiseday: 'Raise the day to',
  allow: 'Allow for this project',
  keep: 'Keep refusing',
  status: 'Status',
  answer: 'Option',
  once: 'Allow once',
  refuse: 'Refuse',
  make: 'Make this a task',
  interrupt: 'Interrupt and tell it',
  change: 'Change',
  wait: 'Wait',
  diff: 'Diff',
  findings: 'Findings',
};

/** What was pressed, in words for the thread. */
export function pressed(press: Press): string {
  const label = labels[press.act];
  if (press.act === 'use') return `${label} ${press.account}`;
  if ('dollars' in press) return `${label} ${usd(press.dollars)}`;
  if (press.act === 'answer') return press.pick === 0 ? 'Done' : `${label} ${press.pick}`;
  return 'head' in press ? `${label} ${press.head.slice(0, 7)}` : label;
}

export const stop = (task: TaskId): Button => ({ id: pressId({ act: 'stop', task }), label: 'Stop', style: 'danger' });

/** Offered where a message waits for a turn to end. */
export const interrupt = (task: TaskId, message: string): Button => ({
  id: pressId({ act: 'interrupt', task, message }),
  label: labels.interrupt,
  style: 'plain',
});

/** A task and how many holds it has had. */
export type Held = { readonly task: TaskId; readonly holds: number };

export const retry = ({ task, holds }: Held, label = 'Retry'): Button => ({
  id: pressId({ act: 'retry', task, holds }),
  label,
  style: 'primary',
});

export const confirm = (task: TaskId, head: Head): Button => ({
  id: pressId({ act: 'merge2', task, head }),
  label: 'Confirm merge',
  style: 'danger',
});

const sendBack = (task: TaskId): Button => ({
  id: pressId({ act: 'sendback', task }),
  label: labels.sendback,
  style: 'plain',
});

/** Names up to so long stand on a button whole; of a longer one only the message tells. */
const PLACE = 40;

/** What an admin may say of a place that was refused. */
export function placeButtons(task: TaskId, place: string, n: number): Button[] {
  const label = place.length <= PLACE ? `Allow ${place} for this project` : labels.allow;
  return [
    { id: pressId({ act: 'allow', task, place: n }), label, style: 'plain' },
    { id: pressId({ act: 'keep', task, place: n }), label: labels.keep, style: 'plain' },
  ];
}

/** So many other accounts are offered; `/use` takes any. */
const SPARES = 2;

function use(task: TaskId, account: string): Button {
  const press = { act: 'use', task, account } as const;
  return { id: pressId(press), label: pressed(press), style: 'plain' };
}

/** What is to be seen before Merge: the change, then what the reviewer found. */
const looks = (task: TaskId): Button[] =>
  (['diff', 'findings'] as const).map((act) => ({ id: pressId({ act, task }), label: labels[act], style: 'plain' }));

export const make = (task: TaskId, offer: number): Button => ({
  id: pressId({ act: 'make', task, offer }),
  label: labels.make,
  style: 'plain',
});

/** What ends a hold, as far as a person can. */
export function holdButtons(of: Held, cause: Hold['kind'], ends: Ends, beside: Beside): Button[] {
  const { task, holds } = of;
  if (cause === 'checks' && ends.by === 'person') return [retry(of, 'Re-run'), sendBack(task), stop(task)];
  const back = cause === 'conflict' ? [sendBack(task)] : [];
  const spares = ends.by === 'account' ? beside(ends.account).slice(0, SPARES) : [];
  const others = [...spares.map(({ account }) => use(task, account)), ...back];
  if (ends.by === 'raise' || ends.by === 'day') {
    const press = { task, ...raiseFor(ends) };
    return [{ id: pressId(press), label: pressed(press), style: 'primary' }, stop(task)];
  }
  switch (ends.by) {
    case 'approval':
      return [...plan(task, ends.head), stop(task)];
    case 'answer':
      return [stop(task)];
    case 'words':
      return [make(task, 0), stop(task)];
    case 'account':
    case 'time':
    case 'room':
    case 'base':
    case 'person':
      return [
        { id: pressId({ act: 'resume', task, holds }), label: labels.resume, style: 'primary' },
        ...others,
        stop(task),
      ];
  }
}

/** Merge where a tap can let every hold through; else the facts have to change first, and Judge again looks at them. */
export function reviewButtons(of: Held, head: Head | null, verdict: Verdict): Button[] {
  const { task } = of;
  const yields =
    verdict.says !== 'block' && verdict.answers.every(({ says, yields }) => says !== 'hold' || yields !== 'nobody');
  const first: Button =
    yields && head
      ? { id: pressId({ act: 'merge', task, head }), label: 'Merge', style: 'primary' }
      : retry(of, 'Judge again');
  return [first, ...looks(task), sendBack(task), stop(task)];
}

/** A plan of an older journal is not named: `/approve` takes it. */
const plan = (task: TaskId, head: Head | null): Button[] =>
  head === null ? [] : [{ id: pressId({ act: 'plan', task, head }), label: labels.plan, style: 'primary' }];
