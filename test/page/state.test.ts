import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framing } from '../../src/bots/console/page/feed.ts';
import {
  connected,
  happened,
  listed,
  nothing,
  opened,
  opening,
  press,
  wrote,
} from '../../src/bots/console/page/state.ts';
import type { State } from '../../src/bots/console/page/state.ts';
import type { PageEvent, PageLine, PageThread } from '../../src/bots/console/wire.ts';
import { head, id } from '../bots/samples.ts';

const state = { phase: 'working', role: 'coder', head: null, merged: null } as const;
const row = {
  thread: 'a',
  channel: 'site',
  task: id,
  project: 'site',
  title: 't',
  name: 'n',
  opened: 0,
  edited: 0,
  state,
  doing: 'd',
  rang: 0,
};
const merge = `merge:${id}:${head}`;
const message = (buttons: readonly string[]) => ({
  text: [],
  agent: null,
  file: null,
  loud: buttons.length > 0,
  buttons: buttons.map((button) => ({ id: button, label: 'x', style: 'plain' as const })),
});
const card = message([merge]);

/** The n-th event: messages, edits of the card, words and presses, in turn. */
function event(seq: number): PageEvent {
  const at = { seq, at: seq };
  const by = { id: 'ana', name: 'Ana' };
  const answer = { text: [], task: id };
  switch (seq % 4) {
    case 0:
      return { ...at, is: 'said', channel: 'site', thread: 'a', by, text: 'Merge', button: merge, answer };
    case 1:
      return { ...at, is: 'message', thread: 'a', message: message([merge]) };
    case 2:
      return { ...at, is: 'card', thread: 'a', title: `t${seq}`, name: `n${seq}`, state, doing: `d${seq}`, card };
    default:
      return { ...at, is: 'said', channel: 'site', thread: 'a', by, text: `words ${seq}`, button: null, answer };
  }
}

it('what a person did stands before what came of it, which was told first', () => {
  const at = { ...empty, messages: [] };
  const told = { is: 'message', seq: 1, at: 7, thread: 'a', message: message([]) } as const;
  const said = { ...(event(3) as Extract<PageEvent, { is: 'said' }>), at: 5 };
  const { open } = [told, said].reduce(happened, opened(opening(list(0), 'a'), at));
  expect(open!.thread!.messages.map(({ is }) => is)).toEqual(['said', 'message']);
});

const COUNT = 24;
const all = Array.from({ length: COUNT }, (_, n) => event(n + 1));

/** The thread as the console would give it after so many events. */
const empty: PageThread = { ...row, seq: 0, card, messages: [] };
function threadAt(seq: number): PageThread {
  const from = opened(opening(list(0), 'a'), empty);
  const { open } = all.slice(0, seq).reduce(happened, from);
  return { ...open!.thread!, seq };
}
function list(seq: number): State {
  return listed(nothing, {
    seq,
    you: { id: 'ana', name: 'Ana', may: 'admin' },
    channels: ['site'],
    menu: [],
    threads: [row],
  });
}
const seqs = (lines: readonly PageLine[]): readonly number[] => lines.map(({ seq }) => seq);

describe('what the page knows', () => {
  it('is the same wherever the list and the thread were fetched, and whatever comes twice', () => {
    const whole = threadAt(COUNT);
    expect(seqs(whole.messages)).toEqual(all.filter(({ is }) => is !== 'card').map(({ seq }) => seq));
    const upTo = fc.integer({ min: 0, max: COUNT });
    fc.assert(
      fc.property(upTo, upTo, upTo, fc.array(upTo, { maxLength: 4 }), (listAt, askedAt, answeredAt, drops) => {
        const order = [listAt, askedAt, answeredAt].toSorted((a, b) => a - b) as [number, number, number];
        let now = list(order[0]);
        const feed = (from: number, to: number): void => void (now = all.slice(from, to).reduce(happened, now));
        feed(order[0], order[1]);
        now = opening(now, 'a');
        feed(order[1], order[2]);
        // The answer may be of any moment since it was asked for.
        now = opened(now, threadAt(Math.max(order[1], answeredAt)));
        // After a drop it begins again somewhere before.
        for (const back of drops) feed(Math.min(back, now.seq), now.seq);
        feed(0, COUNT);
        expect(now.open!.thread).toEqual({ ...whole, rang: row.rang });
        expect(now.seq).toBe(COUNT);
      }),
    );
  });

  it('a press is forgotten once its card offers it no more, or changed after it was taken', () => {
    const sending = press(list(0), merge, 'sending');
    expect([...happened(sending, event(2)).pressed]).toEqual([[merge, 'sending']]);
    expect([...happened(press(list(0), merge, 'taken'), event(2)).pressed]).toEqual([]);
  });
});

describe('frames of the event stream', () => {
  it('come whole, wherever the stream was cut', () => {
    const text = all
      .map((one) => `id: ${one.seq}\nevent: ${one.is}\ndata: ${JSON.stringify(one)}\n\n`)
      .join(': still here\n\n');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 12 }), (cuts) => {
        const take = framing();
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const found = at.slice(1).flatMap((to, n) => take(text.slice(at[n], to)));
        expect(found.map(({ data }) => data)).toEqual(all);
      }),
    );
  });

  it('one that was not sent to its end is left out', () => {
    expect(framing()('event: card\ndata: {"a":1}\n')).toEqual([]);
  });
});

describe('a text that grows', () => {
  const grown = (state: State): string | undefined => state.writing.get('a');
  const writing = [
    { thread: 'a', from: 0, text: 'One thing' },
    { thread: 'b', from: 0, text: 'elsewhere' },
    { thread: 'a', from: 9, text: ' first' },
  ].reduce(wrote, opened(opening(list(0), 'a'), empty));

  it('is what came, with what was there', () => {
    expect(grown(writing)).toBe('One thing first');
    expect(grown(wrote(writing, { thread: 'a', from: 4, text: '(covered)' }))).toBe('One (covered)');
  });

  it.each([
    ['a message of its thread, which has it whole', (state: State) => happened(state, event(1)), undefined],
    ['an edit of the card', (state: State) => happened(state, event(2)), 'One thing first'],
    ['words of somebody', (state: State) => happened(state, event(3)), 'One thing first'],
    ['the news that there is none', (state: State) => wrote(state, { thread: 'a', from: 0, text: '' }), undefined],
    ['a new connection, which tells it from the beginning', (state: State) => connected(state, true), undefined],
  ])('after %s', (_what, then, left) => {
    expect(grown(then(writing))).toBe(left);
  });
});
