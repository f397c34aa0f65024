import type { Button } from '../../message.ts';
import type { PageLine, PageThread } from '../wire.ts';

/** Acts that the card offers, too, as long as they mean something. */
const OF_CARD = ['merge', 'sendback', 'stop', 'retry', 'resume', 'use', 'raise', 'raiseday', 'plan', 'change', 'wait'];
/** What is looked at, or begun, when a task is over. */
const LASTING = ['diff', 'findings', 'make'];
const OVER = ['merging', 'merged', 'stopped'];

type Told = Pick<Extract<PageLine, { is: 'message' }>, 'seq' | 'at' | 'message'>;

/**
 * The buttons of a message that still do something: what a later message offers again is pressed there, and what the task does not wait for any
 * more is gone. A message that the card has not caught up with has all of them.
 */
export function liveButtons({ seq, at, message }: Told, thread: PageThread): readonly Button[] {
  const later = new Set(
    thread.messages.flatMap((line) =>
      line.is === 'message' && line.seq > seq ? line.message.buttons.map(({ id }) => id) : [],
    ),
  );
  return message.buttons.filter(({ id }) => {
    const [act = '', , ...about] = id.split(':');
    return !later.has(id) && (at >= thread.edited || isOffered(id, act, about, thread));
  });
}

function isOffered(id: string, act: string, [ask, part]: readonly string[], { state, card }: PageThread): boolean {
  if (LASTING.includes(act)) return true;
  if (OVER.includes(state.phase)) return false;
  if (OF_CARD.includes(act)) return card.buttons.some((button) => button.id === id);
  if (act === 'interrupt') return state.phase === 'working';
  if (state.asks === undefined) return true;
  if (act === 'answer') return state.asks.includes(`${ask}:${part}`);
  return act === 'once' || act === 'refuse' ? state.asks.some((one) => one.startsWith(`${ask}:`)) : true;
}
