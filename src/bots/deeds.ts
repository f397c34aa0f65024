import { TASK_FILES_MAX } from '../chain/files.ts';
import type { Beside } from '../chain/instead.ts';
import type { Notice } from '../chain/notice.ts';
import { holdButtons, make, stop } from './buttons.ts';
import { KEPT, MERGE_WAITS, short } from './cards.ts';
import { code, line, quoted } from './markdown.ts';
import type { Message } from './message.ts';
import { loud, quiet } from './telling.ts';
import type { Subject } from './telling.ts';

type Of<K extends Notice['kind']> = Extract<Notice, { kind: K }>;
type Approval = Of<'approved' | 'approval-void' | 'plan-approved'>;
type Deed =
  | Approval
  | Extract<
      Notice,
      {
        kind:
          | 'feedback-asked'
          | 'back'
          | 'stopped'
          | 'files-left'
          | 'handed-over'
          | 'answer'
          | 'talk-over'
          | 'offer'
          | 'elsewhere'
          | 'merge-refused'
          | 'merge-waits';
      }
    >;

/** What people did, and what a question or a tap came to. */
export function deeds(subject: Subject, told: Deed, beside: Beside): Message {
  switch (told.kind) {
    case 'approved':
    case 'approval-void':
    case 'plan-approved':
      return quiet(approval(told));
    case 'feedback-asked':
      return quiet(`✏️ ${line(told.by, 60)}: write what should change. Your next message here goes to the coder.`);
    case 'back':
      return quiet(`↩️ ${line(told.by, 60)} sent it back to the ${told.to}: ${line(told.why)}`);
    case 'stopped':
      return quiet(`⏹ Stopped by ${line(told.by)}.${told.kept === false ? '' : ` ${KEPT}`}`);
    case 'files-left':
      return quiet(`📎 ${line(told.by, 60)}: ${filesLeft(told.names)}`);
    case 'handed-over':
      return loud(subject, `🤝 for ${line(told.to, 60)}`, [`${line(told.by, 60)} handed it over.`]);
    case 'answer':
      return answerOf(subject, told.text);
    case 'talk-over':
      return quiet(
        told.by === null ? '⏹ Nobody wrote for a day: this talk is over.' : `⏹ ${line(told.by, 60)} ended this talk.`,
      );
    case 'offer':
      return quiet(`💡 ${line(told.by, 60)}: nobody works here any more. It can become a task that knows this one.`, {
        buttons: [make(subject.task, told.n)],
      });
    case 'merge-refused': {
      const rows = [`${line(told.by, 60)} asked for it. ${line(told.reason)}`, line(told.todo)];
      const buttons = holdButtons({ task: subject.task, holds: told.holds }, told.cause, { by: 'person' }, beside);
      return loud(subject, '🚫 not merged', rows, { buttons });
    }
    case 'merge-waits':
      return loud(subject, '⏳ cannot merge yet', [`Change #${told.number}: ${line(told.reason)}`, MERGE_WAITS]);
    case 'elsewhere':
      return loud(subject, told.state === 'merged' ? '✅ merged elsewhere' : '⏹ closed elsewhere', [
        `Change #${told.number} was ${told.state} without Signalbox.`,
      ]);
  }
}

function filesLeft(names: readonly string[]): string {
  const all = names.map((name) => code(name, 80)).join(', ');
  return `this task has ${TASK_FILES_MAX} files already; ${all} ${names.length === 1 ? 'was' : 'were'} left out.`;
}

/** Who asked waits for it, and goes on by writing. */
function answerOf(subject: Subject, text: string): Message {
  const { task } = subject;
  return loud(subject, '💬 answered', ['Write here to go on.'], {
    ...quoted(text, 'answer.md'),
    buttons: [make(task, 0), stop(task)],
  });
}

function approval(told: Approval): string {
  const who = line(told.by, 60);
  switch (told.kind) {
    case 'approved':
      return `👍 ${who} approved ${short(told.head)}: it merges when everything else is green, and not at another head.`;
    case 'approval-void':
      return `👎 What ${who} approved is void: it was ${short(told.head)}, the change is at ${short(told.now)} now.`;
    case 'plan-approved':
      return `👍 ${who} approved the plan. The coder begins.`;
  }
}
