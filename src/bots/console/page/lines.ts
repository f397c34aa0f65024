import { html, nothing } from 'lit-html';
import type { TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { FileRef } from '../../../chain/files.ts';
import type { Button } from '../../message.ts';
import type { PageLine, PageMessage, PageThread } from '../wire.ts';
import type { Acts } from './acts.ts';
import type { State } from './state.ts';
import { liveButtons } from './live.ts';
import { words } from './words.ts';

/** What was said in a thread, in order, and what is on its way. */
export function lines(state: State, thread: PageThread, acts: Acts): TemplateResult {
  const waiting = state.outgoing.filter((one) => one.thread === thread.thread);
  const remark = state.remarks.get(thread.thread);
  const writing = state.writing.get(thread.thread);
  return html`<ol class="lines" aria-label="Messages">
      ${repeat(
        thread.messages,
        ({ seq }) => seq,
        (line) =>
          html`<li class="line">${line.is === 'said' ? said(line, state) : told(line, state, thread, acts)}</li>`,
      )}
      ${waiting.map(
        ({ text }) =>
          html`<li class="line">
            <div class="said own waiting">
              <p class="typed">${text}</p>
              <p class="receipt">Sending…</p>
            </div>
          </li>`,
      )}
    </ol>
    ${writing === undefined ? doing(remark ?? goesOn(thread)) : grows(writing)}`;
}

const RESTS = ['review', 'held', 'failed', 'merged', 'stopped'];

/** What happens while nobody has said anything yet: a thread in which something goes on never looks dead. */
const goesOn = ({ state: { phase, asks = [] }, doing: what }: PageThread): string | undefined =>
  RESTS.includes(phase) || asks.length > 0 ? undefined : what;

/** What passes is read out to nobody: the message that it comes to is. */
const doing = (remark: string | undefined): TemplateResult | typeof nothing =>
  remark === undefined
    ? nothing
    : html`<p class="remark" aria-live="off"><span class="pulse" aria-hidden="true"></span>${remark}</p>`;

/** Text, and nothing else, until it is whole. */
const grows = (text: string): TemplateResult =>
  html`<article class="told writing" aria-live="off" aria-label="Being written">
    <figure class="agent">
      <figcaption>Being written, not by Signalbox</figcaption>
      <p class="typed">${text}</p>
    </figure>
  </article>`;

const time = (at: number): TemplateResult => {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const shown = date.toLocaleString([], today ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' });
  return html`<time datetime=${date.toISOString()}>${shown}</time>`;
};

function said(line: Extract<PageLine, { is: 'said' }>, { you }: State): TemplateResult {
  const own = line.by.id === you?.id;
  if (line.button !== null)
    return html`<div class="pressed">
      <p>${line.by.name} pressed <b>${line.text}</b> ${time(line.at)}</p>
      <div class="receipt">${words(line.answer.text)}</div>
    </div>`;
  return html`<div class="said ${own ? 'own' : ''}">
    <p class="who">${own ? 'You' : line.by.name} ${time(line.at)}</p>
    <p class="typed">${line.text}</p>
    ${attachments(line.files)}
    <div class="receipt">${words(line.answer.text)}</div>
  </div>`;
}

function told(
  line: Extract<PageLine, { is: 'message' }>,
  state: State,
  thread: PageThread,
  acts: Acts,
): TemplateResult {
  const { seq, at, message, pressed } = line;
  const live = liveButtons(line, thread);
  const other = live.some(({ id }) => id.startsWith('answer:'));
  return html`<article class="told ${message.loud ? 'loud' : ''}">
    ${body(seq, message, acts)}
    ${pressed ? html`<p class="pressed"><b>${pressed.text}</b>, ${pressed.by}</p>` : nothing}
    ${buttons(live, state, thread.thread, acts, other)}
    <p class="when">${time(at)}</p>
  </article>`;
}

/** Words of ours, then an agent's in a box that says so: nothing in it can look like a message or a button of ours. */
function body(seq: number, { text, agent, file, files }: PageMessage, acts: Acts): TemplateResult {
  return html`<div class="words">${words(text)}</div>
    ${quote(agent)} ${attachments(files)}
    ${
      file === null
        ? nothing
        : html`<p class="file">
            <button type="button" class="plain" @click=${() => acts.look(seq)}>
              📄 ${file.name} <small>${size(file.bytes)}</small>
            </button>
            <a href="/api/messages/${seq}/file" download=${file.name} aria-label="Save ${file.name}">Save</a>
          </p>`
    }`;
}

/** Files to be saved, and never shown. */
const attachments = (files: readonly FileRef[] | undefined): readonly TemplateResult[] =>
  (files ?? []).map(
    ({ id, name, size: bytes }) =>
      html`<p class="file">
        <a href="/api/files/${id}?name=${encodeURIComponent(name)}" download=${name}
          >📎 ${name} <small>${size(bytes)}</small></a
        >
      </p>`,
  );

export const quote = (agent: PageMessage['agent']): TemplateResult | typeof nothing =>
  agent === null
    ? nothing
    : html`<figure class="agent">
        <figcaption>Quoted, not by Signalbox</figcaption>
        <div class="words">${words(agent)}</div>
      </figure>`;

const size = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 * 1024
      ? `${Math.round(bytes / 1024)} KB`
      : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** A pressed button says so at once, and is pressed once. `other`: words of one's own do, too. */
export function buttons(
  of: readonly Button[],
  { pressed }: State,
  thread: string,
  acts: Acts,
  other = false,
): TemplateResult | typeof nothing {
  if (of.length === 0) return nothing;
  return html`<div class="buttons">
    ${repeat(
      of,
      ({ id }) => id,
      ({ id, label, style }) => {
        const how = pressed.get(id);
        return html`<button
          type="button"
          class=${style}
          data-button=${id}
          aria-disabled=${how ? 'true' : 'false'}
          @click=${() => acts.press(thread, id)}
        >
          ${how ? html`<span class="pulse" aria-hidden="true"></span>${label}<span class="state">: taken</span>` : label}
        </button>`;
      },
    )}
    ${other ? html`<button type="button" class="plain" @click=${acts.other}>Other…</button>` : nothing}
  </div>`;
}
