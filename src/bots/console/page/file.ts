import { html, nothing } from 'lit-html';
import type { TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import type { Acts } from './acts.ts';
import type { State } from './state.ts';
import { words } from './words.ts';

/** A long text over everything else, to be read and put away. */
export function fileView({ file }: State, acts: Acts): TemplateResult | typeof nothing {
  if (file === null) return nothing;
  const show = (element?: Element): void => {
    const dialog = element as HTMLDialogElement | undefined;
    // It is called before the dialog is in the page.
    if (dialog) queueMicrotask(() => dialog.isConnected && !dialog.open && dialog.showModal());
  };
  return html`<dialog class="file-view" aria-label=${file.name} ${ref(show)} @close=${acts.closeFile}>
    <header>
      <b>${file.name}</b>
      <a href=${file.save} download=${file.name}>Save</a>
      <button type="button" class="plain" @click=${acts.closeFile}>Close</button>
    </header>
    <div class="words agent">${words(file.blocks)}</div>
    ${file.cut ? html`<p class="hint">There is more: the saved file is whole.</p>` : nothing}
  </dialog>`;
}
