import type { TaskEvent } from './event.ts';
import { ignored, move, tell } from './moves.ts';
import type { Moved } from './moves.ts';
import { may } from './person.ts';
import { roles } from './roles.ts';
import type { Task } from './task.ts';

type Of<K extends TaskEvent['is']> = Extract<TaskEvent, { is: K }>;

/** An agent that asks for ever new places must not fill the thread, and must not hide by them what it asks of its provider. */
const PLACES = 12;
const isName = (place: string): boolean => !place.includes(' ');

/** Each place is told once, whatever is read again after a restart; where an admin may let the project go there, it asks. */
export function refused(task: Task, { host, port, why, count, asks, kept }: Of<'refused'>): Moved {
  const place = port === 443 ? host : `${host}:${port}`;
  if (task.phase.at === 'merged' || task.phase.at === 'stopped') return ignored('the task is over');
  if (task.refused.includes(place)) return ignored('that place was told');
  const names = [...task.refused, place].filter(isName).length;
  if (isName(place) && names > PLACES) return ignored('enough places were told');
  const ask = asks ? task.refused.length : null;
  const next = { ...task, refused: [...task.refused, place], asks: asks ? [...task.asks, place] : task.asks };
  return move(next, [
    tell({
      kind: 'refused',
      place,
      why,
      count,
      ask,
      kept,
      ...(isName(place) && names === PLACES ? { last: true as const } : {}),
    }),
  ]);
}

/** Once each. It is for the whole project, so the task's end does not matter; a session at work hears that it may go there. */
export function placeAnswered(task: Task, { by, place, answer, uuid }: Of<'place-answered'>): Moved {
  if (!may(by, 'admin')) return ignored('this person may not open the way to a host');
  if (!task.asks.includes(place)) return ignored('nothing is asked about that place any more');
  const { project, phase } = task;
  const is = answer === 'allow' ? 'host-allowed' : 'host-kept';
  const text = `${place} may be reached now. What was refused there can be tried again.`;
  const hears = answer === 'allow' && phase.at === 'working' && roles[phase.role].access === 'write';
  return move({ ...task, asks: task.asks.filter((one) => one !== place) }, [
    { do: 'report', event: { is, project, by, host: place } },
    tell({ kind: 'place', by: by.name, place, answer }),
    ...(hears ? [{ do: 'send', session: phase.session, uuid, by: by.name, text } as const] : []),
  ]);
}
