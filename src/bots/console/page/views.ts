import { html, nothing } from 'lit-html';
import type { TemplateResult } from 'lit-html';
import type { PageRow } from '../wire.ts';
import type { Acts } from './acts.ts';
import { composer } from './composer.ts';
import { quote } from './lines.ts';
import { fileView } from './file.ts';
import { fleetView } from './fleet.ts';
import { side } from './side.ts';
import type { State } from './state.ts';
import { besideThread, threadView } from './thread.ts';
import { words } from './words.ts';

/** Where one is: by the address alone. */
export type Place =
  | { readonly at: 'home' }
  | { readonly at: 'channel'; readonly channel: string }
  | { readonly at: 'fleet' }
  /** `times`: its timeline instead of its messages. */
  | { readonly at: 'thread'; readonly thread: string; readonly times: boolean };

export function placeOf(path: string): Place {
  const [, kind, name, part] = path.split('/');
  if (kind === 'fleet') return { at: 'fleet' };
  if (kind === 'c' && name) return { at: 'channel', channel: decodeURIComponent(name) };
  if (kind === 't' && name) return { at: 'thread', thread: decodeURIComponent(name), times: part === 'times' };
  return { at: 'home' };
}

export type Seen = (row: PageRow) => boolean;

export function signInView(state: State, acts: Acts): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    acts.signIn(form.querySelector('input')?.value ?? '');
  };
  return html`<main class="signin">
    <h1>Signalbox</h1>
    <form @submit=${submit}>
      <label for="key">Your key</label>
      <input
        id="key"
        name="key"
        type="password"
        autocomplete="current-password"
        required
        autocapitalize="off"
        spellcheck="false"
        aria-describedby="key-help"
      />
      <p id="key-help">
        You were given it by whoever runs Signalbox. It is typed once: this browser stays signed in for 30 days.
      </p>
      <button class="primary" type="submit">Sign in</button>
    </form>
    ${answer(state, acts)}
  </main>`;
}

/** The latest answer of the desk, said once to a screen reader too. */
function answer(state: State, acts: Acts, thread: string | null = null): TemplateResult {
  return html`<div class="answer-place" role="status" aria-live="polite">
    ${
      state.answer === null
        ? nothing
        : html`<div class="answer ${state.answer.ok ? '' : 'no'}">
            <div class="said-back">
              <div class="words">${words(state.answer.text)}</div>
              ${quote(state.answer.agent)}
              ${state.answer.file ? html`<button type="button" class="small" @click=${acts.lookAtAnswer}>📄 ${state.answer.file.name}</button>` : nothing}
              ${thread === null || !state.answer.file?.name.endsWith('.patch') ? nothing : saves(thread, state.answer.file.name)}
            </div>
            <button type="button" class="plain small" aria-label="Close" @click=${acts.dismiss}>✕</button>
          </div>`
    }
  </div>`;
}

/** A change as files, for whoever reads it elsewhere. */
const saves = (thread: string, name: string): TemplateResult =>
  html`<p class="saves">
    <a href="/api/threads/${thread}/diff.patch" download=${name}>Save the patch</a>
    <a href="/api/threads/${thread}/diff.png" download=${name.replace(/\.patch$/, '.png')}>Save as a picture</a>
  </p>`;

export function page(state: State, place: Place, unread: Seen, acts: Acts): TemplateResult {
  return html`<div class="frame ${place.at === 'thread' ? 'in-thread' : 'in-list'}">
    ${
      place.at === 'thread'
        ? html`<nav class="side" aria-label="Tasks">${side(state, place, unread, acts)}</nav>
            <main class="middle" tabindex="-1">${threadView(state, place.times, acts)}</main>
            ${besideThread(state, acts)}`
        : html`<main class="side" tabindex="-1">
              ${place.at === 'fleet' ? fleetView(state) : side(state, place, unread, acts)}
            </main>
            <aside class="middle" aria-label="How to begin">${channelView(state, place)}</aside>`
    }
    ${fileView(state, acts)}
    <footer class="bottom">
      ${answer(state, acts, place.at === 'thread' ? place.thread : null)}
      ${state.connected ? nothing : html`<p class="lost" role="status">Reconnecting… Nothing is lost.</p>`}
      ${composerOf(state, place, acts)}
    </footer>
  </div>`;
}

function composerOf(state: State, place: Place, acts: Acts): TemplateResult | typeof nothing {
  const row = place.at === 'thread' ? state.rows.get(place.thread) : undefined;
  if (row) return composer(state, row.channel, row.thread, acts);
  const [first] = state.channels;
  const channel = place.at === 'channel' ? place.channel : state.channels.length === 1 ? first : undefined;
  return channel === undefined || place.at === 'thread' ? nothing : composer(state, channel, null, acts);
}

function channelView(state: State, place: Place): TemplateResult {
  const channel = place.at === 'channel' ? place.channel : state.channels.length === 1 ? state.channels[0] : null;
  return html`<div class="hint">
    <p>
      ${channel ? html`A task for <b>#${channel}</b> begins with <code>/task</code> and what you want, below. A question begins with <code>@signalbox</code>.` : 'Choose a channel or a task.'}
    </p>
  </div>`;
}
