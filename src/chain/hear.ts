import type { TaskEffect } from './effect.ts';
import type { TaskEvent } from './event.ts';
import type { SessionId } from './ids.ts';
import type { Acts, Heard } from './perform.ts';
import type { Letter, Progress, SessionEvent, SessionSpec, Writing } from './ports.ts';
import { message } from './prompt.ts';
import type { Task } from './task.ts';

/** What sessions and people say to each other. */

/** What a session says, as an event of its task. */
export function eventOf(
  session: SessionId,
  said: Exclude<SessionEvent, { kind: 'remark' | 'progress' | 'writes' }>,
): TaskEvent {
  switch (said.kind) {
    case 'spoke':
      return { is: 'spoke', session, text: said.text };
    case 'typed':
      return { is: 'typed', session, text: said.text };
    case 'asked': {
      const { n, about, parts } = said;
      return { is: 'questioned', session, ask: askId(session, n), n, about, parts: [...parts] };
    }
    case 'unasked':
      return { is: 'unasked', session, ask: said.ask, answered: said.answered };
  }
}

/** What a button names a question by: role, attempt and place, e.g. `c2-317`. */
function askId(session: SessionId, n: number): string {
  const [, role = '', attempt] = session.split('-');
  return `${role.slice(0, 1)}${attempt}-${n}`;
}

export function show(
  { chat }: Pick<Acts, 'chat'>,
  { threads }: Pick<Task, 'threads'>,
  remark: string | Progress | Writing,
): void {
  for (const thread of threads) chat.show(thread, remark);
}

/** What becomes of all that a session says. `over`: nothing more comes. */
export function listen(
  acts: Acts,
  task: Task,
  { session, asks }: SessionSpec,
  heard: Heard,
): { on(said: SessionEvent): void; over(): void } {
  let isWriting = false;
  return {
    on(said) {
      // What is not told whole is not shown growing either.
      if ((said.kind === 'spoke' || said.kind === 'writes') && !asks) return;
      if (said.kind === 'spoke') isWriting = false;
      if (said.kind === 'writes') {
        isWriting = said.text !== '';
        show(acts, task, { writes: said.text });
      } else if (said.kind === 'remark') show(acts, task, said.text);
      else if (said.kind === 'progress') show(acts, task, said.progress);
      else heard(session, said.n, eventOf(session, said));
    },
    over() {
      if (isWriting) show(acts, task, { writes: '' });
    },
  };
}

/** One that is over, or between two legs, has nothing to be interrupted. */
export async function interrupt(
  { sessions }: Acts,
  { session, uuid, message: about }: Extract<TaskEffect, { do: 'interrupt' }>,
): Promise<void> {
  await sessions.send(session, { kind: 'interrupt', uuid, message: about });
}

/** A session that is over hears nothing more, even if it was never begun: what was said waits for the next one. */
export async function send(acts: Acts, task: Task, effect: Extract<TaskEffect, { do: 'send' }>): Promise<TaskEvent> {
  const { session, uuid, by, text, files, answer } = effect;
  const along = files === undefined ? {} : { files };
  const words = message(by, text, files);
  const letter: Letter = answer
    ? { kind: 'answer', uuid, text: words, ...answer }
    : { kind: 'message', uuid, text: words, ...along };
  const { phase } = task;
  const role = phase.at === 'working' && phase.session === session ? phase.role : null;
  const taken = await acts.sessions.send(session, letter).catch((error: Error) => {
    if (role === null) return 'late' as const;
    throw error;
  });
  const when = taken === 'late' ? 'late' : role && acts.settings[role].cli === 'codex' ? 'turn-end' : 'now';
  return { is: 'heard', uuid, by, text, ...along, when, ...(answer ? { answer } : {}) };
}
