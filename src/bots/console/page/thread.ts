import { html, nothing } from 'lit-html';
import type { TemplateResult } from 'lit-html';
import type { PageThread } from '../wire.ts';
import type { Acts } from './acts.ts';
import { buttons, lines } from './lines.ts';
import { scrolled, toEnd } from './scroll.ts';
import type { State } from './state.ts';
import { words } from './words.ts';

/** Wide enough for the card to stand beside the messages; else it unfolds under the title. */
export const wide = matchMedia('(min-width: 1200px)');

export function threadView(state: State, times: boolean, acts: Acts): TemplateResult {
  const { open } = state;
  if (open?.missing) return html`<p class="hint">${open.missing}</p>`;
  if (!open?.thread) return html`<p class="hint" aria-busy="true">Loading…</p>`;
  const { thread } = open;
  const title = html`<div class="title">
    <h1>${thread.name}</h1>
    <p class="doing">#${thread.channel} ⋅ ${thread.doing}</p>
  </div>`;
  return html`<header class="thread-top">
      <a class="back" href="/" aria-label="Back to the tasks">‹</a>
      ${
        wide.matches
          ? title
          : html`<details class="sheet">
              <summary>${title}</summary>
              ${card(state, thread, acts)}
            </details>`
      }
    </header>
    ${times ? timesView(thread) : html`<div class="scroll" data-scroll tabindex="0" role="log" aria-label="Messages" @scroll=${scrolled}>${lines(state, thread, acts)}</div>`}
    <button type="button" class="newer small" data-newer hidden @click=${toEnd}>↓ Newer</button>`;
}

export function besideThread(state: State, acts: Acts): TemplateResult | typeof nothing {
  const thread = state.open?.thread;
  return thread && wide.matches ? html`<aside class="beside">${card(state, thread, acts)}</aside>` : nothing;
}

/** What the task did with its time. Fetched anew when its state changes. */
const timesView = ({ thread, name, seq }: PageThread): TemplateResult =>
  html`<div class="scroll times">
    <p><a class="drill" href="/t/${thread}">‹ Messages</a></p>
    <img src="/api/threads/${thread}/times.svg?${seq}" alt="Timeline of ${name}: the card has the same in words" />
  </div>`;

function card(state: State, thread: PageThread, acts: Acts): TemplateResult {
  return html`<section class="card" aria-label="State of the task">
    <div class="words">${words(thread.card.text)}</div>
    ${buttons(thread.card.buttons, state, thread.thread, acts)}
    <p><a class="drill" href="/t/${thread.thread}/times">Timeline</a></p>
  </section>`;
}
