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

  it('shows a long name of a place whole, and on no button', () => {
    const place = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.org`;
    const refused = { kind: 'refused', place, why: 'unlisted', count: 3, ask: 11, kept: null } as const;
    const { text, buttons } = notice(subject, refused, beside);
    expect(text).toContain(`🚧 The agent asked for \`${place}\` 3 times and was refused`);
    expect(buttons.map(({ label, id: of }) => [label, of])).toEqual([
      ['Allow for this project', 'allow:t0123456789:11'],
      ['Keep refusing', 'keep:t0123456789:11'],
    ]);
  });

  it('asks for the words that change the requirements, quietly: who tapped is there', () => {
    const soon = notice(subject, { kind: 'pause-asked', what: 'change', by: 'Ana' }, beside);
    expect(soon.text).toBe('✏️ Ana asked to change the requirements: that begins as soon as the plan is kept.');
    const paused = {
      kind: 'paused',
      holds: 2,
      what: 'change',
      by: 'Ana',
      role: 'planner',
      draft: 2,
      loud: false,
    } as const;
    expect(notice(subject, paused, beside)).toEqual({
      text: '✏️ requirements to change\nAna asked for that. Write here what should change: who wrote them goes on with that, and the plan is made anew.',
      buttons: [
        { id: 'resume:t0123456789:2', label: 'Keep them', style: 'primary' },
        { id: 'stop:t0123456789', label: 'Stop', style: 'danger' },
      ],
      loud: false,
    });
  });
});
