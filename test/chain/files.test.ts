import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanName, named, TASK_FILES_MAX } from '../../src/chain/files.ts';
import type { FileRef } from '../../src/chain/files.ts';
import type { TaskEvent } from '../../src/chain/event.ts';
import { message } from '../../src/chain/prompt.ts';
import type { Task } from '../../src/chain/task.ts';
import { transition } from '../../src/chain/transition.ts';
import { ben, coder, handed, play, reach } from './samples.ts';

const file = (letter: string, name: string): FileRef => ({ id: letter.repeat(64), name, size: 1 });

describe('a name', () => {
  it.each([
    ['screenshot 1.png', 'screenshot-1.png'],
    ['../../etc/passwd', 'etc-passwd'],
    ['.ssh/id_rsa', 'ssh-id_rsa'],
    ['gnp\u202e.exe', 'gnp-.exe'],
    ['a\u0000b\nc', 'a-b-c'],
    ['Über größe.txt', 'Über-größe.txt'],
    ['-rf', 'rf'],
    ['', 'file'],
    ['...', 'file'],
    [`${'x'.repeat(200)}.tar`, `${'x'.repeat(76)}.tar`],
  ])('%j becomes %j', (name, clean) => expect(cleanName(name)).toBe(clean));

  it('is one that every file system and every chat takes, and stays as it is from then on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const clean = cleanName(name);
        expect(clean).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u);
        expect(clean.length).toBeLessThanOrEqual(80);
        expect(cleanName(clean)).toBe(clean);
      }),
    );
  });
});

describe('the files of a task', () => {
  it('have names of their own, whatever is sent in whatever order', () => {
    const sent = fc.array(
      fc.record({
        letter: fc.constantFrom('a', 'b', 'c'),
        name: fc.constantFrom('a.png', 'A.png', 'a-2.png', 'b', '../b'),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(sent, (files) => {
        const { these, all } = named(
          [],
          files.map(({ letter, name }) => file(letter, name)),
        );
        expect(new Set(all.map(({ name }) => name.toLowerCase())).size).toBe(all.length);
        expect(these.map(({ id }) => id[0])).toEqual(files.map(({ letter }) => letter));
        const again = named(
          all,
          files.map(({ letter, name }) => file(letter, name)),
        );
        expect(again.all).toEqual(all);
      }),
    );
  });

  it('are bounded', () => {
    const many = Array.from({ length: TASK_FILES_MAX + 5 }, (_, n) => file('a', `${n}x`));
    const { these, all, left } = named([], many);
    expect([these.length, all.length]).toEqual([TASK_FILES_MAX, TASK_FILES_MAX]);
    expect(left).toEqual(['100x', '101x', '102x', '103x', '104x']);
  });
});

describe('words with files', () => {
  it('name them after the words, and go without words', () => {
    expect(message('Ana', 'like this', [file('a', 'a.png')])).toBe(
      'Ana says:\n> like this\n\nAna sent files:\n- /session/in/files/sent/a.png',
    );
    expect(message('Ana', '', [file('a', 'a.png')])).toBe('Ana sent files:\n- /session/in/files/sent/a.png');
    expect(message('Ana', '/stop')).toBe('Ana says:\n> /stop');
  });
});

describe('a task', () => {
  it('keeps the files that people send, each under a name of its own, for the session at work and for all that come', () => {
    const said = (uuid: string, ...files: ReturnType<typeof file>[]): TaskEvent => ({
      is: 'said',
      by: ben,
      text: 'see',
      uuid,
      files,
    });
    const coding = play(reach.coding);
    const sent = transition(coding, said('u1', file('a', 'a plan.png'), file('b', 'A-plan.png')), { at: 1 });
    if (sent.kind !== 'moved') throw new Error(sent.why);
    expect(sent.state.files.map(({ name }) => name)).toEqual(['a-plan.png', 'A-plan-2.png']);
    expect(sent.effects).toMatchObject([{ do: 'send', files: [{ name: 'a-plan.png' }, { name: 'A-plan-2.png' }] }]);
    const again = transition(sent.state, said('u2', file('b', 'A-plan.png')), { at: 2 });
    expect(again).toMatchObject({ effects: [{ do: 'send', files: [{ name: 'A-plan-2.png' }] }] });
    expect((again as { state: Task }).state.files).toHaveLength(2);
    const full = {
      ...coding,
      files: named(
        [],
        Array.from({ length: TASK_FILES_MAX }, (_, n) => file('a', `${n}x`)),
      ).all,
    };
    expect(transition({ ...full, files: [...full.files] }, said('u3', file('b', 'log.txt')), { at: 3 })).toMatchObject({
      state: { files: { length: TASK_FILES_MAX } },
      effects: [{ notice: { kind: 'files-left', by: 'Ben', names: ['log.txt'] } }, { do: 'send', text: 'see' }],
    });
    const waiting = play([...reach.validating, said('u9', file('c', '../../etc/passwd'))]);
    expect(waiting.files.map(({ name }) => name)).toEqual(['etc-passwd']);
    expect(waiting.notes).toEqual([{ uuid: 'u9', by: 'Ben', text: 'see', files: waiting.files }]);
    const late: TaskEvent = { is: 'heard', uuid: 'u9', by: 'Ben', text: 'see', files: waiting.files, when: 'late' };
    expect(play([...reach.coding, late]).notes).toEqual(waiting.notes);
  });

  it('tells what an agent left before what its end means', () => {
    const outbox = { files: [{ id: 'a'.repeat(64), name: 'chart.png', size: 3 }], left: ['One more was left out.'] };
    const end = handed('coder', coder('done'));
    const moved = transition(play(reach.coding), { ...end, outbox } as TaskEvent, { at: 1 });
    expect(moved).toMatchObject({
      effects: [{ do: 'tell', notice: { kind: 'outbox', role: 'coder', ...outbox } }, { do: 'tell' }, { do: 'take' }],
    });
  });
});
