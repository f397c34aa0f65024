import type { Lock } from '../chain/box.ts';
import type { Command, RefusedInput, Reply } from '../chain/commands.ts';
import type { TaskId } from '../chain/ids.ts';
import type { Task } from '../chain/task.ts';
import { taskRow } from './cards.ts';
import { hostList, noHost } from './hosts.ts';
import { diff, findings, fleet, logs, policy, soak, usage } from './looks.ts';
import type { Shown } from './looks.ts';
import { noMoney } from './money.ts';
import { code, line, sentence } from './markdown.ts';
import { clockTime, phaseWords } from './phases.ts';
import { no, unparsed } from './unparsed.ts';
import { help, typed } from './words.ts';

export { unparsed } from './unparsed.ts';

/** What the person who asked is told, at once and alone. `ok`: it is journaled, or answered. `agent` and `file` as in a message. */
export type Answer = { readonly ok: boolean; readonly task: TaskId | null } & Shown;

const yes = (shown: Shown): Answer => ({ ok: true, task: null, ...shown });

export function reply(to: Reply): Answer {
  switch (to.kind) {
    case 'accepted':
      return { ok: true, text: to.second ? SECOND : accepted(to.command), task: to.task };
    case 'repeated':
      return { ok: true, text: '👀 Taken already.', task: to.task };
    case 'status':
      return { ok: true, text: [...lockRows(to.lock), status(to.tasks, to.waits)].join('\n'), task: null };
    case 'locked':
      return { ok: true, text: locked(to), task: null };
    case 'hosts':
      return { ok: true, text: hostList(to.settings, to.said, to.removed), task: null };
    case 'diff':
      return yes(diff(to));
    case 'logs':
      return yes(logs(to));
    case 'findings':
      return yes(findings(to));
    case 'soak':
      return yes({ text: soak(to) });
    case 'usage':
      return yes({ text: usage(to) });
    case 'fleet':
      return yes({ text: [...lockRows(to.lock), fleet(to)].join('\n') });
    case 'policy':
      return yes({ text: policy(to) });
    case 'help':
      return helpAbout(to.about);
    case 'refused':
      return no(refused(to.why));
  }
}

const SECOND = '👀 Taken. It touches sensitive paths: an admin has to confirm it.';

function accepted(command: Command['name']): string {
  switch (command) {
    case 'task':
    case 'make':
      return '👀 Taken. Its thread opens now.';
    case 'say':
    case 'answer':
      return '👀 Taken.';
    case 'merge':
      return '👀 Taken. The gate looks once more.';
    case 'stop':
      return '👀 Taken. It stops.';
    case 'retry':
      return '👀 Taken. It tries again.';
    case 'resume':
      return '👀 Taken. It tries to go on now.';
    case 'use':
      return '👀 Taken. It goes on with that account.';
    case 'back':
      return '👀 Taken. It goes back.';
    case 'sendback':
    case 'change':
      return '👀 Taken. Write what should change.';
    case 'interrupt':
      return '👀 Taken. Its turn ends.';
    case 'wait':
      return '👀 Taken. The next role does not begin.';
    case 'allow':
      return '👀 Taken. Its sessions at work may go there in a moment.';
    case 'keep':
      return '👀 Taken. Nobody is asked about it any more.';
    default:
      return '👀 Taken.';
  }
}

const UNLOCK = 'Unlock on the machine, with `./signalbox unlock`.';

/** Who locked it, and when. */
function lockedBy({ by, at }: Lock): string {
  return `${by ? `by ${line(by.name, 60)}` : 'on the machine'} (${clockTime(at)})`;
}

const lockRows = (lock: Lock | null): readonly string[] =>
  lock ? [`🔒 Locked ${lockedBy(lock)}: nothing starts, nothing merges, no tap counts. ${UNLOCK}`] : [];

function locked({ lock, already }: Extract<Reply, { kind: 'locked' }>): string {
  if (!lock) return 'That was taken before, and it has been unlocked since.';
  const who = already ? `🔒 Already locked ${lockedBy(lock)}.` : '🔒 Locked.';
  return `${who} Nothing starts, nothing merges and no tap counts. Sessions at work finish their turn. ${UNLOCK}`;
}

type Waits = Extract<Reply, { kind: 'status' }>['waits'];

/** A list on a phone: what goes on first, then what ended. */
const STATUS_ROWS = 20;

const over = ({ phase }: Task): boolean => phase.at === 'merged' || phase.at === 'stopped';
const began = ({ times }: Task): number => times[0]?.since ?? 0;

function status(tasks: readonly Task[], waits: Waits): string {
  if (tasks.length === 0) return 'No tasks yet. `/task <idea>` starts one.';
  const sorted = tasks.toSorted((a, b) => Number(over(a)) - Number(over(b)) || began(b) - began(a));
  const more = sorted.length - STATUS_ROWS;
  return [
    ...sorted.slice(0, STATUS_ROWS).map((task) => taskRow(task, waits.get(task.id))),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ].join('\n');
}

/** People write the name with its slash, too. */
function helpAbout(about: string | null): Answer {
  const name = about === null ? null : typed(about.replace(/^\//, '').toLowerCase());
  if (about !== null && name === null) return unparsed({ code: 'unknown-command', word: about });
  return yes({ text: help(name) });
}

function refused(why: RefusedInput): string {
  switch (why.code) {
    case 'not-allowed':
      return `That takes the right ${code(why.needs)} and you have ${code(why.has)}. Whoever runs Signalbox can change it in signalbox.yaml.`;
    case 'unlinked-channel':
      return `No repository is linked to the channel ${code(why.channel)}. Write in a linked one, or add it to a project's channels in signalbox.yaml.`;
    case 'locked':
      return `🔒 Locked ${lockedBy(why.lock)}: nothing was taken. ${UNLOCK}`;
    case 'no-such-person':
      return `Nobody called ${code(why.named, 60)} may steer here. Take one of: ${why.people.map((name) => line(name, 60)).join(', ')}.`;
    case 'diff-first':
      return 'Look at the change first: `/diff`. Then ask again.';
    case 'soak-written':
      return 'signalbox.yaml says `soak: true` for this project, and nothing here ends that. Take the line out on the machine first.';
    case 'too-few-merges':
      return `Soak ends after ${why.needs} clean merges in a row, as counted here; there were ${why.clean}. Until then each takes a tap.`;
    case 'unreadable':
      return `That cannot be read just now: ${sentence(why.reason)} Try again in a moment.`;
    case 'no-task-here':
      return "There is no task here. Write in a task's thread, or start one with `/task <idea>`.";
    case 'empty-idea':
      return 'A task needs an idea, e.g. `/task Correct the spelling in the README`.';
    case 'long-idea':
      return `The idea has ${number(why.length)} characters; at most ${number(why.max)} are taken, and nothing is cut. Shorten it, or put the details into a file in the repository and name that.`;
    case 'bad-slug':
      return `${code(why.slug, 60)} is no slug. Take lower-case letters, digits and dashes, at most 40, e.g. ${code('readme-spelling')}.`;
    case 'slug-in-use':
      return `The slug ${code(why.slug)} belongs to task ${code(why.task)}. Take another one, or leave it out.`;
    case 'not-now':
      return notNow(why);
    case 'not-beside':
      return notBeside(why);
    case 'answered':
      return why.by === null
        ? 'Nobody waits for that answer any more.'
        : `${line(why.by, 60)} was first: that is answered already.`;
    case 'heard':
      return 'Nothing waits for that any more: it was heard, or its session is over.';
    case 'draft':
      return draftOver(why);
    case 'not-raised':
    case 'budget':
      return noMoney(why);
    case 'past':
      return 'That button is about something that is over. The card shows what can be done now.';
    case 'head-moved':
      return `The change moved on: you saw ${code(why.saw.slice(0, 7))}, it is at ${code(why.is.slice(0, 7))} now. Look at the card and tap again.`;
    case 'not-asked':
    case 'hosts-full':
    case 'no-such-host':
      return noHost(why);
    case 'damaged':
      return `Nothing was taken: the record ${code(why.stream)} is damaged: ${sentence(why.reason)} Restore it from a backup and start Signalbox again.`;
    case 'not-kept':
      return `Nothing was taken. ${sentence(why.reason)} Once that is mended, send it again.`;
  }
}

function notBeside({ account, shut, beside }: Extract<RefusedInput, { code: 'not-beside' }>): string {
  const [first] = beside;
  const others =
    first === undefined
      ? 'There is no other subscription of its provider. One more can be added under accounts in signalbox.yaml.'
      : `Take ${beside.map((one) => code(one)).join(' or ')}, e.g. ${code(`/use ${first}`)}.`;
  return `${code(account)} cannot stand in for ${code(shut)}. ${others}`;
}

function draftOver({ why, by }: Extract<RefusedInput, { code: 'draft' }>): string {
  switch (why) {
    case 'newer':
      return 'Newer requirements were written since: look at those, and tap there.';
    case 'begun':
      return `The coder has begun. ${code('/back requirements <why>')} writes them anew all the same.`;
    case 'first':
      return `${line(by ?? 'Somebody', 60)} was first: it waits already.`;
  }
}

/** What is no command to be typed. */
const namesOf: Partial<Record<Command['name'], string>> = {
  sendback: 'Send back',
  make: 'Make this a task',
  allow: 'Allow',
  keep: 'Keep refusing',
  answer: 'That answer',
};

/** In review, a merge does nothing only where the gate blocks it. */
function notNow({ command, phase, for: waits }: Extract<RefusedInput, { code: 'not-now' }>): string {
  if (command === 'merge' && phase === 'review')
    return 'The gate blocks this change, and no tap lets it through. The card says why.';
  if ((command === 'merge' || command === 'approve') && (phase === 'merging' || phase === 'merged'))
    return phase === 'merged' ? 'It is merged already.' : 'Somebody was first: it is merging already.';
  if (command === 'use' && phase === 'held')
    return 'This hold is not about an account: another one would change nothing. The card says what ends it.';
  if (command !== 'say' && waits === 'plan') return 'The plan waits: Approve it, or `/back plan` and why.';
  if (command !== 'say' && waits === 'answer')
    return 'Its question waits for an answer: write it here, or tap one above.';
  const words = phaseWords(phase);
  return command === 'say'
    ? `Nobody hears it: the task is ${words}. Start another with \`/task <idea>\`.`
    : `${namesOf[command] ?? code(`/${command}`)} does nothing now: the task is ${words}.`;
}

const number = (n: number): string => n.toLocaleString('en');

/** A button that nobody here made. */
export const unknownButton: Answer = no('This button means nothing here. Use one from the card.');
