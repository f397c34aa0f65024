import { usd } from '../chain/budget.ts';
import type { Check } from '../chain/change.ts';
import type { Beside } from '../chain/instead.ts';
import type { Notice } from '../chain/notice.ts';
import { aboutDraft } from './drafts.ts';
import { aboutQuestion } from './questions.ts';
import { confirm, holdButtons, interrupt, retry, reviewButtons, stop } from './buttons.ts';
import type { Held } from './buttons.ts';
import { checkRow, reviewRow, short } from './cards.ts';
import { code, line, quoted, reveal, sentence } from './markdown.ts';
import type { Message } from './message.ts';
import { clockTime } from './phases.ts';
import { placeAnswered, places, refused } from './places.ts';
import { outbox } from './sent.ts';
import { deeds } from './deeds.ts';
import { loud, quiet } from './telling.ts';
import type { Subject } from './telling.ts';
import { passes, reasons } from './verdicts.ts';

export type { Subject } from './telling.ts';

type Of<K extends Notice['kind']> = Extract<Notice, { kind: K }>;

/** A notice in words, with its buttons. */
export function notice(subject: Subject, told: Notice, beside: Beside): Message {
  switch (told.kind) {
    case 'document':
    case 'pause-asked':
    case 'paused':
      return aboutDraft(subject, told);
    case 'handoff':
    case 'outbox':
      return leaving(told);
    case 'question':
    case 'answered':
    case 'unasked':
      return aboutQuestion(subject, told);
    case 'spoke':
    case 'typed':
      return overheard(told);
    case 'refused':
      return quiet(refused(told), { buttons: places(subject, told) });
    case 'spent-much':
    case 'raised':
    case 'again':
    case 'place':
    case 'resumed':
    case 'reviewed':
      return quiet(said(told));
    case 'heard':
    case 'interrupted':
      return heard(subject, told);
    case 'checked':
      return checked(told.check);
    case 'held':
      return held(subject, told, beside);
    case 'approved':
    case 'approval-void':
    case 'plan-approved':
    case 'feedback-asked':
    case 'back':
    case 'stopped':
    case 'files-left':
    case 'handed-over':
    case 'answer':
    case 'talk-over':
    case 'offer':
    case 'elsewhere':
    case 'merge-refused':
    case 'merge-waits':
      return deeds(subject, told, beside);
    case 'held-for-review':
      return review(subject, told);
    case 'confirm':
      return confirmation(subject, told);
    case 'merged':
      return merged(subject, told);
    case 'failed':
      return loud(subject, '❌ failed', [line(told.reason)], {
        buttons: [retry(heldOf(subject, told)), stop(subject.task)],
      });
  }
}

const heldOf = ({ task }: Subject, { holds }: { readonly holds: number }): Held => ({ task, holds });

function said(told: Of<'spent-much' | 'raised' | 'again' | 'place' | 'resumed' | 'reviewed'>): string {
  switch (told.kind) {
    case 'spent-much':
      return `💰 It has spent ${usd(told.usd)} of ${usd(told.ceiling)}.`;
    case 'raised':
      return raised(told);
    case 'again':
      return again(told);
    case 'place':
      return placeAnswered(told);
    case 'resumed':
      return resumed(told);
    case 'reviewed':
      return `🔎 ${reviewRow(told)}.`;
  }
}

const again = ({ role, reason, left }: Of<'again'>): string =>
  `🔁 Back to the ${role}: ${sentence(reason.split('\n\n')[0] ?? '')} Tries left after this one: ${left}.`;

const signs: Readonly<Record<Of<'held'>['cause'], string>> = {
  quota: 'waits for the limit',
  login: 'needs a login',
  budget: 'used up its budget',
  question: 'has a question',
  conflict: 'has a conflict',
  checks: 'waits for green tests',
  person: 'waits for a person',
  infrastructure: 'cannot go on just now',
  talk: 'waits for your words',
};

/** Rings once for each cause. When it goes on by itself, it says when. */
function held(subject: Subject, told: Of<'held'>, beside: Beside): Message {
  const { cause, ends, reason, todo, until, loud: rings } = told;
  const resumes = until === null ? [] : [`Resumes ${clockTime(until)}.`];
  const rows = [line(reason), ...resumes, line(todo)];
  const buttons = holdButtons(heldOf(subject, told), cause, ends, beside);
  return rings
    ? loud(subject, `⏸ ${signs[cause]}`, rows, { buttons })
    : quiet([`⏸ ${signs[cause]}`, ...rows].join('\n'), { buttons });
}

function raised({ by, what, dollars }: Of<'raised'>): string {
  const whose = what === 'task' ? 'Its budget is' : 'The budget of this day, for all tasks together, is';
  return `💰 ${whose} ${usd(dollars)} now: ${line(by, 60)} raised it.`;
}

function resumed({ why, by, account }: Of<'resumed'>): string {
  if (by === null) return `▶️ Goes on. ${line(why)}`;
  return `▶️ ${line(by, 60)} said go on${account === undefined ? '' : `, on ${code(account)}`}.`;
}

/** What a role leaves at its end, and on the way. */
function leaving(told: Of<'handoff' | 'outbox'>): Message {
  if (told.kind === 'outbox') return outbox(told);
  return quiet(`🤝 The ${told.role} is done.`, quoted(told.summary, `${told.role}-handoff.md`));
}

function overheard({ kind, role, text }: Of<'spoke' | 'typed'>): Message {
  if (kind === 'spoke') return quiet(`💬 The ${role}:`, quoted(text, `${role}.md`));
  return quiet(
    `⌨️ Typed at the ${role}'s terminal. It never counts as an approval.`,
    quoted(text, 'typed.txt', 'text'),
  );
}

function heard({ task }: Subject, told: Of<'heard' | 'interrupted'>): Message {
  const name = line(told.by, 60);
  if (told.kind === 'interrupted')
    return quiet(`✋ ${name} interrupted: the agent's turn ends, and it hears that now.`);
  const buttons = told.uuid === undefined ? [] : [interrupt(task, told.uuid)];
  switch (told.when) {
    case 'now':
      return quiet(`👀 ${name}: the agent hears it now.`, { buttons });
    case 'turn-end':
      return quiet(`👀 ${name}: the agent hears it when its turn ends.`, { buttons });
    case 'next-session':
      return quiet(`👀 ${name}: the next session begins with it.`);
    case 'kept':
      return quiet(`👀 ${name}: kept. Nobody works now: Send back starts the coder with it.`);
  }
}

function checked(check: Check): Message {
  return quiet(`🧪 ${checkRow(check)}`, check.outcome === 'green' ? {} : quoted(check.tail, 'test-output.txt', 'text'));
}

function review(subject: Subject, told: Of<'held-for-review'>): Message {
  const { number, head, verdict, byHand } = told;
  const held = reasons(verdict);
  const rows = [
    `Change #${number} at ${short(head)} is done. ${held.length === 0 ? 'Nothing holds it.' : 'It waits for a person:'}`,
    ...held,
    ...passes(verdict),
  ];
  // Nobody's tap merges it: the machine's owner is told how it is done by hand.
  const blocked = verdict.says === 'block';
  if (blocked) rows.push('By hand, on the machine:');
  return loud(subject, '🔔 held for review', rows, {
    ...(blocked ? { agent: byHand, verbatim: 'sh' as const } : {}),
    buttons: reviewButtons(heldOf(subject, told), head, verdict),
  });
}

/** As much of the hunks as a chat shows; longer ones are a file. Whole in either case: an admin decides by them. */
const PATCH_MAX = 3_000;

function confirmation(subject: Subject, { by, head, patch }: Of<'confirm'>): Message {
  const hunks = reveal(patch);
  const inline = hunks.length <= PATCH_MAX;
  const rows = [
    `${line(by, 60)} asked to merge ${short(head)}, which touches sensitive paths.`,
    `An admin who has read ${inline ? 'these hunks' : 'the attached hunks'} may confirm.`,
  ];
  const shown = inline
    ? { agent: hunks, verbatim: 'diff' as const }
    : { file: { name: `${head.slice(0, 7)}.patch`, text: hunks } };
  return loud(subject, '🔐 second tap', rows, { ...shown, buttons: [confirm(subject.task, head), stop(subject.task)] });
}

function merged(subject: Subject, { number, head, commit, by }: Of<'merged'>): Message {
  const how = by === null ? 'by itself: every gate passed' : `by ${line(by, 60)}`;
  return loud(subject, `✅ merged ${short(commit)}`, [`Change #${number} at ${short(head)}, ${how}.`]);
}
