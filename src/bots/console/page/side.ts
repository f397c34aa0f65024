import { html, nothing } from 'lit-html';
import type { TemplateResult } from 'lit-html';
import type { PageRow } from '../wire.ts';
import type { Acts } from './acts.ts';
import type { State } from './state.ts';
import type { Place, Seen } from './views.ts';

const home = html`<a class="home" href="/"><img src="/page/icon.svg" alt="" width="24" height="24" />Signalbox</a>`;

/** Channels with their tasks. */
export function side(state: State, place: Place, unread: Seen, acts: Acts): TemplateResult {
  const rows = [...state.rows.values()].toReversed();
  const chosen =
    place.at === 'channel' ? [place.channel] : [...new Set([...state.channels, ...rows.map(({ channel }) => channel)])];
  return html`<header class="top">
      ${place.at === 'thread' ? home : html`<h1>${home}</h1>`}
      <a class="drill" href="/fleet">Fleet</a>
      ${
        'Notification' in globalThis && Notification.permission === 'default'
          ? html`<button type="button" class="small" aria-label="Ring on this device" @click=${acts.ring}>🔔</button>`
          : nothing
      }
    </header>
    ${chosen.map((channel) =>
      channelOf(
        channel,
        rows.filter((row) => row.channel === channel),
        place,
        unread,
      ),
    )}
    <p class="you">${state.you?.name} <button type="button" class="small" @click=${acts.signOut}>Sign out</button></p>`;
}

function channelOf(channel: string, rows: readonly PageRow[], place: Place, unread: Seen): TemplateResult {
  const open = place.at === 'thread' ? place.thread : null;
  return html`<section class="channel">
    <h2><a href="/c/${encodeURIComponent(channel)}">#${channel}</a></h2>
    ${rows.length === 0 ? html`<p class="empty">No tasks yet. Write <code>/task</code> and what you want.</p>` : nothing}
    <ul class="rows">
      ${rows
        .toSorted((a, b) => order(a) - order(b))
        .map(
          (row) =>
            html`<li>
              <a
                class="row ${unread(row) ? 'unread' : ''}"
                href="/t/${row.thread}"
                aria-current=${row.thread === open ? 'page' : nothing}
              >
                <span class="name">${row.name}</span>
                <span class="doing">${unread(row) ? html`<b>New: </b>` : nothing}${row.doing}</span>
              </a>
            </li>`,
        )}
    </ul>
  </section>`;
}

/** What waits for a person first, then what goes on, then what is over. */
function order({ state: { phase, asks = [] } }: PageRow): number {
  if (asks.length > 0) return 0;
  if (phase === 'review' || phase === 'held' || phase === 'failed') return 0;
  return phase === 'merged' || phase === 'stopped' ? 2 : 1;
}
