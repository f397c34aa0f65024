import { SENT } from './files.ts';
import type { FileRef } from './files.ts';
import type { TaskEffect } from './effect.ts';
import type { Task } from './task.ts';

type Run = Extract<TaskEffect, { do: 'run' }>;

/** Whom the brainstormer may ask. */
const ASKS = {
  people:
    'People are in the thread: what you write is shown there, and AskUserQuestion asks them. Ask what decides the requirements and is in no file, all of it at once, at most four questions; then write them.',
  nobody: 'You work alone here: nobody answers questions in this session.',
} as const;

/** Where the envelope's files appear in the container. */
const FILES = '/session/in/files';

/**
 * A session's first message: the role's instructions, then the task. A person's words follow a line with their name; what another
 * role left is named as a file, so that the envelope crosses the handoff whole.
 */
export function prompt(task: Task, run: Run, instructions: string, files: readonly string[]): string {
  const parts = [
    `Role: ${run.role}`,
    instructions.trim(),
    run.role === 'brainstormer' ? ASKS[task.mode === 'dialogue' ? 'people' : 'nobody'] : '',
    `# The task`,
    `Title: ${task.title}\nBranch: ${task.branch}\nSession: ${run.session}`,
    `${task.asker ?? task.owner.name} asked for:\n${quote(task.idea)}`,
    `# Files\n\n${files.map((file) => `- ${FILES}/${file}`).join('\n')}`,
  ];
  if (run.words) parts.push(`# Why you are called again\n\n${quote(run.words)}`);
  if (run.notes.length > 0) {
    parts.push(`# Said meanwhile`, ...run.notes.map(said));
  }
  return parts.filter((part) => part !== '').join('\n\n');
}

/** What a later leg of a conversation begins with: why it goes on, and what people said meanwhile. */
export const goOn = ({ words, notes }: Run): string =>
  [`Signalbox says:\n${quote(words ?? 'Go on where you were.')}`, ...notes.map(said)].join('\n\n');

type Note = Run['notes'][number];

const said = ({ by, text, files }: Note): string => message(by, text, files);

/** A person's words to an agent: never the first thing in a message, so that no message begins with a slash or a flag. Files are named after them. */
export function message(by: string, text: string, files: readonly FileRef[] = []): string {
  const words = text.trim() === '' ? [] : [`${by} says:\n${quote(text)}`];
  const sent =
    files.length === 0
      ? []
      : [`${by} sent files:\n${files.map(({ name }) => `- ${FILES}/${SENT}/${name}`).join('\n')}`];
  return [...words, ...sent].join('\n\n') || `${by} says nothing.`;
}

const quote = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');

/** The envelope as files, whole: idea, requirements, plan, what the coder handed over, what the validator saw. */
export function envelope(task: Task): Readonly<Record<string, string>> {
  const files: Record<string, string> = { 'idea.md': task.idea, ...task.carried?.files };
  if (task.requirements) files['requirements.md'] = task.requirements.text;
  if (task.plan) {
    files['plan.md'] = task.plan.text;
    files['plan.json'] = JSON.stringify(task.plan.handoff, null, 2);
  }
  if (task.coder) files['coder-handoff.json'] = JSON.stringify(task.coder, null, 2);
  if (task.check) files['check.txt'] = `${task.check.what}: ${task.check.outcome}\n\n${task.check.tail}`;
  return files;
}
