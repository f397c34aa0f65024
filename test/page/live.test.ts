import { describe, expect, it } from 'vitest';
import { liveButtons } from '../../src/bots/console/page/live.ts';
import type { PageLine, PageThread } from '../../src/bots/console/wire.ts';
import { head, id } from '../bots/samples.ts';

const ids = {
  merge: `merge:${id}:${head}`,
  stop: `stop:${id}`,
  diff: `diff:${id}`,
  answer: `answer:${id}:b1-12:1:2`,
  next: `answer:${id}:b1-12:2:1`,
  once: `once:${id}:b1-12`,
  make: `make:${id}:1`,
  wait: `wait:${id}:1`,
  confirm: `merge2:${id}:${head}`,
  interrupt: `interrupt:${id}:11111111-2222-4333-8444-555555555555`,
};
type Name = keyof typeof ids;
const names = Object.keys(ids) as Name[];

const message = (seq: number, at: number, ...of: readonly Name[]) => {
  const buttons = of.map((name) => ({ id: ids[name], label: name, style: 'plain' as const }));
  return {
    is: 'message',
    seq,
    at,
    thread: 'a',
    message: { text: [], agent: null, file: null, loud: true, buttons },
  } as const;
};

function thread(phase: string, offered: readonly Name[], asks: string[] | undefined, messages: PageLine[]): PageThread {
  const state = { phase, role: null, head: null, merged: null, ...(asks ? { asks } : {}) };
  const row = { thread: 'a', channel: 'site', task: id, project: 'site', title: 't', name: 'n', doing: 'd', rang: 0 };
  const { message: card } = message(0, 0, ...offered);
  return { ...row, opened: 0, edited: 10, state, seq: 9, card, messages };
}

describe('the buttons of a message', () => {
  const offered = (phase: string, cards: readonly Name[], asks?: string[], at = 5): readonly string[] => {
    const all = message(1, at, ...names);
    return liveButtons(all, thread(phase, cards, asks, [all])).map(({ label }) => label);
  };

  it.each([
    ['held for review', offered('review', ['merge', 'stop', 'diff'], []), ['merge', 'stop', 'diff', 'make', 'confirm']],
    ['over', offered('merged', [], []), ['diff', 'make']],
    [
      'asked',
      offered('working', ['stop'], ['b1-12:1']),
      ['stop', 'diff', 'answer', 'once', 'make', 'confirm', 'interrupt'],
    ],
    [
      'asked the next part',
      offered('held', ['stop'], ['b1-12:2']),
      ['stop', 'diff', 'next', 'once', 'make', 'confirm'],
    ],
    ['answered', offered('working', ['wait', 'stop'], []), ['stop', 'diff', 'make', 'wait', 'confirm', 'interrupt']],
    [
      'of an older journal',
      offered('working', ['stop']),
      ['stop', 'diff', 'answer', 'next', 'once', 'make', 'confirm', 'interrupt'],
    ],
    ['newer than the card', offered('working', [], [], 10), names],
  ])('%s', (_what, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('that are offered again are pressed at the later one', () => {
    const [first, again] = [message(1, 5, 'answer', 'diff'), message(2, 6, 'answer')];
    const at = thread('working', [], ['b1-12:1'], [first, again]);
    expect(liveButtons(first, at).map(({ label }) => label)).toEqual(['diff']);
    expect(liveButtons(again, at).map(({ label }) => label)).toEqual(['answer']);
  });
});
