import { html, nothing } from 'lit-html';
import type { TemplateResult } from 'lit-html';
import type { State } from './state.ts';

/** Every project and task at a glance; a tap on one drills into it. */
export function fleetView({ fleet }: State): TemplateResult {
  return html`<header class="top">
      <h1>Fleet</h1>
      <a class="drill" href="/">‹ Tasks</a>
    </header>
    <div class="fleet">
      ${fleet === null ? html`<p class="hint" aria-busy="true">Loading…</p>` : fleet.length === 0 ? html`<p class="hint">No tasks yet.</p>` : fleet.map(project)}
    </div>`;
}

type Project = NonNullable<State['fleet']>[number];

const project = ({ project: name, sum, tasks }: Project): TemplateResult =>
  html`<section class="channel">
    <h2>${name} <small>${sum}</small></h2>
    <ul class="rows">
      ${tasks.map(
        ({ thread, sign, title, doing, why, since }) =>
          html`<li>
            <a class="row" href=${thread === null ? '/fleet' : `/t/${thread}/times`}>
              <span class="name">${sign} ${title}</span>
              <span class="doing">${doing} ⋅ ${since}</span>
              ${why === null ? nothing : html`<span class="why">${why}</span>`}
            </a>
          </li>`,
      )}
    </ul>
  </section>`;
