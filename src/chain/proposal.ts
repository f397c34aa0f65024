import type { CoderHandoff } from './handoff.ts';
import type { Task } from './task.ts';

/** Title (conventional commit) and body of the change that the system opens. Agents' words are quoted, and nothing here is a command. */
export function proposal(task: Task): { readonly title: string; readonly body: string } {
  const type = task.plan?.handoff.type ?? 'chore';
  const title = `${type}: ${oneLine(task.title).slice(0, 80)}`;
  const sections = [
    ['Summary', task.coder?.summary ?? task.idea],
    ...(task.coder?.defect ? [['Cause', causeOf(task.coder.defect)]] : []),
    ['Test plan', testPlan(task)],
    ['Idea', task.idea],
  ];
  const body = sections.map(([name, text]) => `## ${name}\n\n${text}`).join('\n\n');
  return { title, body };
}

const causeOf = ({ cause, file, proof }: NonNullable<CoderHandoff['defect']>): string =>
  `${oneLine(cause)} (\`${oneLine(file)}\`). Proof of the cure: \`${oneLine(proof)}\``;

function testPlan(task: Task): string {
  const check = task.check?.outcome === 'green' ? [`- \`${task.check.what}\` passed on the would-be merge commit`] : [];
  const tests =
    task.coder?.tests.map((test) => `- the coder ran \`${oneLine(test.command)}\`: ${oneLine(test.result)}`) ?? [];
  return [...check, ...tests].join('\n') || '- none';
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
