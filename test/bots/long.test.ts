import { describe, expect, it } from 'vitest';
import { notice } from '../../src/bots/notices.ts';
import { beside, head, id } from './samples.ts';

const subject = { task: id, project: 'site', title: 'Correct the spelling in the README' };

describe('a notice', () => {
  it('puts long words of an agent whole into a file, and their beginning into the message', () => {
    const summary = `Begins.\n\`\`\`\n${'x'.repeat(3_000)}`;
    const { agent, file } = notice(subject, { kind: 'handoff', role: 'planner', summary }, beside);
    expect(agent).toMatch(/^Begins\.\n```\nx+…\n```$/);
    expect(agent!.length).toBeLessThan(1_600);
    expect(file).toEqual({ name: 'planner-handoff.md', text: summary });
  });

  it('attaches hunks that are too long for a message, and says so', () => {
    const patch = '+x\n'.repeat(2_000);
    const { agent, file, text } = notice(subject, { kind: 'confirm', by: 'Ana', head, patch }, beside);
    expect(agent).toBeUndefined();
    expect(file).toEqual({ name: 'abc1234.patch', text: patch });
    expect(text).toContain('An admin who has read the attached hunks may confirm.');
  });

  it('quotes nothing where nothing was said', () => {
    expect(notice(subject, { kind: 'handoff', role: 'coder', summary: ' \u200b\n' }, beside)).toEqual({
      text: '🤝 The coder is done.',
      buttons: [],
      loud: false,
    });
  });

  it('says what became of a change without Signalbox', () => {
    const { text } = notice(subject, { kind: 'elsewhere', number: 3, state: 'closed' }, beside);
    expect(text).toContain('⏹ closed elsewhere ⋅ **site** ⋅');
    expect(text).toContain('Change #3 was closed without Signalbox.');
  });
});
