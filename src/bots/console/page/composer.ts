import { html, nothing } from 'lit-html';
import type { TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import type { MenuRow } from '../../menu.ts';
import type { Acts } from './acts.ts';
import type { PageRow } from '../wire.ts';
import type { State } from './state.ts';

/** Where something is written: a thread, or a channel. */
export const placeKey = (channel: string, thread: string | null): string => thread ?? `#${channel}`;

/** Commands that begin with what was typed, until a word is whole. */
export function offers(menu: readonly MenuRow[], typed: string, inThread: boolean): readonly MenuRow[] {
  if (!/^\/[a-z]*$/i.test(typed)) return [];
  return menu.filter(({ name, where }) => name.startsWith(typed.toLowerCase()) && (inThread || where === 'anywhere'));
}

const taken = ({ name, takes }: MenuRow): string => `${name}${takes ? ' ' : ''}`;

/** On a phone Enter is a new line, as everywhere there; else it sends. */
const enterSends = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' && !event.shiftKey && !event.isComposing && !matchMedia('(pointer: coarse)').matches;

/** What words do in a thread just now. */
function hint(row: PageRow | undefined): string {
  if ((row?.state.asks ?? []).length > 0) return 'Write your answer, or /';
  return OVER.includes(row?.state.phase ?? '') ? 'Write what comes next, or /' : 'Write to the agent, or /';
}

const OVER = ['merged', 'stopped'];

/** Where one writes, with the commands that fit. */
export function composer(state: State, channel: string, thread: string | null, acts: Acts): TemplateResult {
  const at = placeKey(channel, thread);
  const typed = state.drafts.get(at) ?? '';
  const found = offers(state.menu, typed, thread !== null);
  const chosen = Math.min(state.chosen, found.length - 1);

  const take = (row: MenuRow): void => {
    acts.write(at, taken(row));
    document.querySelector<HTMLTextAreaElement>('#composer')?.focus();
  };
  const choose = (n: number): void => {
    acts.choose(n);
    document.querySelector(`#menu-${n}`)?.scrollIntoView({ block: 'nearest' });
  };
  const keydown = (event: KeyboardEvent): void => {
    const offer = found[chosen];
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (offer && step !== 0) choose((chosen + step + found.length) % found.length);
    else if (offer && (event.key === 'Tab' || event.key === 'Enter') && offer.name !== typed) take(offer);
    else if (offer && event.key === 'Escape') acts.write(at, '');
    else if (enterSends(event)) acts.say(channel, thread);
    else return;
    event.preventDefault();
  };
  return html`<form
    class="composer"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      acts.say(channel, thread);
    }}
  >
    ${found.length === 0 ? nothing : menu(found, chosen, take)} ${attachments(state, at, acts)}
    <textarea
      id="composer"
      rows="1"
      maxlength="100000"
      .value=${live(typed)}
      @input=${(event: Event) => acts.write(at, (event.currentTarget as HTMLTextAreaElement).value)}
      @keydown=${keydown}
      aria-autocomplete="list"
      aria-controls=${found.length > 0 ? 'menu' : nothing}
      aria-activedescendant=${found.length > 0 ? `menu-${chosen}` : nothing}
      aria-label=${thread === null ? `Write in #${channel}` : 'Write to the agent'}
      placeholder=${thread === null ? '/task and what you want' : hint(state.rows.get(thread))}
    ></textarea>
    <button type="submit" class="primary send" aria-label="Send">➤</button>
  </form>`;
}

/** What goes along, and the way to add to it. The same file may be chosen again after it was put away. */
function attachments({ attached }: State, at: string, acts: Acts): TemplateResult {
  const files = attached.get(at) ?? [];
  const chosen = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    acts.attach(at, [...(input.files ?? [])]);
    input.value = '';
  };
  return html`<label class="attach">
      <span aria-hidden="true">📎</span>
      <input type="file" multiple aria-label="Attach files" @change=${chosen} />
    </label>
    ${
      files.length === 0
        ? nothing
        : html`<p class="attached" role="status">
            📎 ${files.map(({ name }) => name).join(', ')}
            <button type="button" class="small" @click=${() => acts.attach(at, [])}>Without</button>
          </p>`
    }`;
}

const menu = (found: readonly MenuRow[], chosen: number, take: (row: MenuRow) => void): TemplateResult =>
  html`<ul id="menu" class="menu" role="listbox" tabindex="0" aria-label="Commands">
    ${found.map(
      (row, n) =>
        html`<li
          id="menu-${n}"
          role="option"
          aria-selected=${n === chosen ? 'true' : 'false'}
          @click=${() => take(row)}
        >
          <b>${row.name}</b> <i>${row.takes}</i><span>${row.does}</span>
        </li>`,
    )}
  </ul>`;
