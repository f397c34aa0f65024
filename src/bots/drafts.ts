import type { TaskId } from '../chain/ids.ts';
import type { Notice } from '../chain/notice.ts';
import { pressId, stop } from './buttons.ts';
import type { Held } from './buttons.ts';
import { clean, code, fileName, line } from './markdown.ts';
import type { Button, Message } from './message.ts';
import { loud, quiet } from './telling.ts';
import type { Subject } from './telling.ts';

type Of<K extends Notice['kind']> = Extract<Notice, { kind: K }>;

/** Documents that roles leave, and what people may say of the requirements until a coder begins. */

export function aboutDraft(subject: Subject, told: Of<'document' | 'pause-asked' | 'paused'>): Message {
  switch (told.kind) {
    case 'document':
      return document(subject, told);
    case 'pause-asked':
      return quiet(
        told.what === 'wait'
          ? `✋ ${line(told.by, 60)} said wait: who works may finish, and then nothing begins.`
          : `✏️ ${line(told.by, 60)} asked to change the requirements: that begins as soon as the plan is kept.`,
      );
    case 'paused':
      return paused(subject, told);
  }
}

/** Named for the requirements that were shown. */
export function draftButtons(task: TaskId, draft: number): readonly [readonly Button[], readonly Button[]] {
  const button = (act: 'change' | 'wait', label: string): Button => ({
    id: pressId({ act, task, draft }),
    label,
    style: 'plain',
  });
  return [[button('change', 'Change')], [button('wait', 'Wait')]];
}

export function pauseButtons({ task, holds }: Held, what: 'wait' | 'change', draft: number): Button[] {
  const resume = (label: string): Button => ({ id: pressId({ act: 'resume', task, holds }), label, style: 'primary' });
  const [change] = draftButtons(task, draft);
  return what === 'wait' ? [resume('Resume now'), ...change, stop(task)] : [resume('Keep them'), stop(task)];
}

function document({ task }: Subject, { what, path, text, draft }: Of<'document'>): Message {
  const extras = { file: { name: fileName(path), text: clean(text) } };
  if (what === 'plan') return quiet(`📄 Plan written. ${code(path)}`, extras);
  const [change, wait] = draft === undefined ? [[], []] : draftButtons(task, draft);
  const offer = draft === undefined ? '' : ' Until the coder begins you can change them, or have it wait.';
  return quiet(`📄 Requirements written: brainstorm complete, chain running headless. ${code(path)}${offer}`, {
    ...extras,
    buttons: [...change, ...wait],
  });
}

function paused(subject: Subject, { what, by, role, draft, holds, loud: rings }: Of<'paused'>): Message {
  const who = line(by, 60);
  const [sign, rows] =
    what === 'wait'
      ? [
          '⏸ waits for a person',
          [`${who} said wait: the ${role} has not begun. Resume goes on; Change rewrites the requirements.`],
        ]
      : [
          '✏️ requirements to change',
          [
            `${who} asked for that. Write here what should change: who wrote them goes on with that, and the plan is made anew.`,
          ],
        ];
  const extras = { buttons: pauseButtons({ task: subject.task, holds }, what, draft) };
  return rings ? loud(subject, sign, rows, extras) : quiet([sign, ...rows].join('\n'), extras);
}
