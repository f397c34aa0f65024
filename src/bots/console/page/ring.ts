import type { PageEvent, PageRow } from '../wire.ts';
import type { State } from './state.ts';
import type { Place } from './views.ts';
import { firstLine } from './words.ts';

/** What this browser's person has seen: the number of the latest loud message of each thread. A browser that is new here has seen it all. */
const seen = new Map(JSON.parse(localStorage.getItem('seen') ?? '[]') as [string, number][]);
let base = Number(localStorage.getItem('seen-base') ?? Number.NaN);

export function begin(seq: number): void {
  if (Number.isNaN(base) || base > seq) base = seq;
  localStorage.setItem('seen-base', String(base));
}

export const unread = ({ thread, rang }: PageRow): boolean => rang > Math.max(base || 0, seen.get(thread) ?? 0);

/** The thread that is open before somebody's eyes is seen. */
export function see(state: State, place: Place): void {
  const row = place.at === 'thread' ? state.rows.get(place.thread) : undefined;
  if (!row || document.hidden || !unread(row) || !state.open?.thread) return;
  seen.set(row.thread, row.rang);
  localStorage.setItem('seen', JSON.stringify([...seen]));
}

export function title(state: State, place: Place): string {
  const row = place.at === 'thread' ? state.rows.get(place.thread) : undefined;
  const count = [...state.rows.values()].filter(unread).length;
  return `${count > 0 ? `(${count}) ` : ''}${row?.name ?? 'Signalbox'}`;
}

/** A loud message rings where nobody looks, if the browser may. */
export function ring(state: State, event: PageEvent): void {
  if (event.seq <= state.seq || event.is !== 'message' || !event.message.loud || !document.hidden) return;
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return;
  try {
    const shown = new Notification(firstLine(event.message.text), {
      body: state.rows.get(event.thread)?.name ?? '',
      tag: event.thread,
    });
    shown.addEventListener('click', () => {
      focus();
      location.assign(`/t/${event.thread}`);
    });
  } catch {
    // Some phones let only a service worker notify: the title tells.
  }
}
