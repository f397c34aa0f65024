import { randomUUID } from 'node:crypto';
import type { Person } from './person.ts';

/** How the task of an automatic demo ended. */
export type Ending = {
  readonly task: string;
  readonly state: 'merged' | 'failed' | 'held' | 'stopped' | 'refused';
  readonly head: string | null;
  readonly merged: string | null;
};

export type Play = {
  readonly channel: string;
  readonly idea: string;
  readonly quick: boolean;
  readonly print: (line: string) => void;
};

/**
 * Plays the person: asks, watches the thread, and taps the Merge button that a held change shows. The button's id names the head that was
 * shown, so the tap is about what was seen. Pressing again after a lost answer is the same press.
 */
export async function playPerson(person: Person, { channel, idea, quick, print }: Play): Promise<Ending> {
  const source = randomUUID();
  const text = `/task ${quick ? '--quick ' : ''}${idea}`;
  print(`You › ${text}`);
  const asked = await person.say(text, { channel, source });
  if (!asked.ok || !asked.task) return { task: '', state: 'refused', head: null, merged: null };
  const { task } = asked;
  let head: string | null = null;
  let tapped = '';
  for await (const event of person.events()) {
    if (event.is === 'thread' && event.task === task) print(`thread: ${event.name}`);
    if (event.is !== 'message') continue;
    for (const line of render(event.message)) print(line);
    const { buttons, loud, text: words } = event.message;
    const merge = buttons.find((button) => button.id.startsWith(`merge:${task}:`));
    if (merge && merge.id !== tapped) {
      tapped = merge.id;
      head = merge.id.split(':')[2] ?? null;
      print(`You › [${merge.label}]`);
      const answer = await person.press(merge.id, { source: `tap-${merge.id}` });
      print(`  ${answer.text}`);
      continue;
    }
    if (!loud) continue;
    const merged = /✅/u.test(words) ? await person.merged(task) : null;
    if (merged) return { task, state: 'merged', head, merged };
    if (!merge) return { task, state: words.includes('❌') ? 'failed' : 'held', head, merged: null };
  }
  return { task, state: 'stopped', head, merged: null };
}
