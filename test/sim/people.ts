import type { Command, Desk } from '../../src/chain/commands.ts';
import type { Person } from '../../src/chain/person.ts';
import type { Task } from '../../src/chain/task.ts';
import { point } from './life.ts';
import type { Life } from './life.ts';
import type { Deed, World } from './world.ts';

/** What people and rules look at: the world, and the tasks as the controller shows them. */
export type Look = { readonly world: World; task(slug: string): Task | undefined };

/** Something that a person does once, when its time has come. */
export type Intent = {
  readonly name: string;
  readonly person: Person;
  readonly project: 'site' | 'shop';
  /** The task that it is about; null asks for a new one. */
  readonly slug: string | null;
  when(look: Look): boolean;
  command(look: Look): Command;
  /**
   * What happens to what got no answer. `same`: the platform delivers it again under its id, once more even when it was answered. `new`: it is
   * lost, and the person, who sees no effect, does it again.
   */
  readonly again: 'same' | 'new';
};

export type People = { act(look: Look): boolean };

/** All whose time has come act at once. */
export function peopleOf(life: Life, intents: readonly Intent[], desk: Desk, broken: string[]): People {
  const { world } = life;
  /** Sent in this life and not answered yet. */
  const sent = new Set<string>();
  const of = (name: string): Deed => world.deeds[name] ?? { state: 'todo', sources: [], answer: '' };
  const over = ({ state, sources }: Deed, again: Intent['again']): boolean =>
    state === 'answered' && (again === 'new' || sources.length > 1);

  async function send(look: Look, intent: Intent): Promise<void> {
    const { name, person, project, slug } = intent;
    const before = of(name);
    const source = intent.again === 'same' ? `${name}.1` : `${name}.${before.sources.length + 1}`;
    const command = intent.command(look);
    world.deeds[name] = { state: 'lost', sources: [...before.sources, source], answer: before.answer };
    sent.add(name);
    const reply = await desk.accept({
      source,
      person,
      place: { platform: 'console', channel: project, thread: null },
      task: slug === null ? null : (look.task(slug)?.id ?? null),
      command,
    });
    if (life.dead) return;
    sent.delete(name);
    // Who reads that nothing was kept does it again.
    if (reply.kind === 'refused' && reply.why.code === 'not-kept') return;
    const answer = reply.kind === 'refused' ? reply.why.code : reply.kind;
    world.deeds[name] = { ...of(name), state: 'answered', answer: before.answer === '' ? answer : before.answer };
    life.changed = true;
    point(life, `answered ${name}`);
  }

  return {
    act(look) {
      const due = intents.filter((intent) => {
        const deed = of(intent.name);
        if (over(deed, intent.again) || sent.has(intent.name)) return false;
        // Who read that nothing was kept waits for the disk.
        if (deed.state === 'lost' && world.disk === 'full') return false;
        // What was sent once comes again whatever has become of it.
        return (intent.again === 'same' && deed.sources.length > 0) || intent.when(look);
      });
      for (const intent of due)
        void send(look, intent).catch((error: Error) => broken.push(`${intent.name}: ${error.message}`));
      return due.length > 0;
    },
  };
}
