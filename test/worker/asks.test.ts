import { afterEach, describe, expect, it } from 'vitest';
import type { Mail, WorkerNote } from '../../src/worker/files.ts';
import { ground, notes, said } from './ground.ts';
import type { Ground } from './ground.ts';

let at: Ground;
afterEach(() => at.leave());

const [one, two] = ['a', 'b'].map((digit) => `${digit.repeat(8)}-2222-4333-8444-555555555555`) as [string, string];
const end = { uuid: 'end', kind: 'end' } as const;
type Record = Parameters<typeof notes>[0];
const has =
  (note: WorkerNote['note'], times = 1) =>
  (record: Record) =>
    notes(record).filter((name) => name === note).length >= times;

/** The place of the n-th question. */
const placeOf = (record: Record, n = 0): number =>
  record.filter(({ src, line }) => src === 'worker' && line.includes('"note":"asked"'))[n]!.n;

const answer = (ask: number, replies: readonly string[], uuid = one): Mail => ({
  uuid,
  kind: 'answer',
  ask,
  replies: [...replies],
  allows: null,
  text: `Answer: ${replies.join(', ')}`,
});

describe('a question of the agent', () => {
  it('is written down, waits, and is answered once by mail', async () => {
    at = ground('claude', 'ask one');
    const worker = at.start();
    await at.until(has('asked'));
    expect(notes(at.record())).not.toContain('idle');
    await expect.poll(() => worker.screen()).toContain('? Which database?\n  1 Postgres\n  2 SQLite');
    const ask = placeOf(at.record());
    at.post(answer(ask, ['SQLite']));
    at.post(answer(ask, ['SQLite']));
    await at.until(has('idle'));
    at.post(end);
    expect(await worker.exit).toBe(0);
    expect(said(at.record()).slice(1)).toEqual(['answered: {"Which database?":"SQLite"}']);
    expect(notes(at.record())).toEqual(['started', 'asked', 'answered', 'idle', 'exited']);
  });

  it('may have several parts, each with its reply', async () => {
    at = ground('claude', 'ask two');
    at.start();
    await at.until(has('asked'));
    at.post(answer(placeOf(at.record()), ['Postgres', 'Auth, Search']));
    await at.until(has('idle'));
    expect(said(at.record()).at(-1)).toBe('answered: {"Which database?":"Postgres","Which features?":"Auth, Search"}');
  });

  it('that nobody waits for any more is answered in a message, with the question', async () => {
    at = ground('claude', 'hello');
    at.start();
    await at.until(has('idle'));
    at.post(answer(3, ['SQLite']));
    await at.until(has('idle', 2));
    expect(said(at.record()).at(-1)).toBe('new: Answer: SQLite');
  });

  it('whose container was lost waits on: nothing is said before the answer, which then is', async () => {
    at = ground('claude', 'ask one');
    const first = at.start();
    await at.until(has('asked'));
    first.kill('SIGKILL');
    await first.exit;
    const second = at.start();
    await new Promise((done) => setTimeout(done, 300));
    expect(notes(at.record())).toEqual(['started', 'asked']);
    at.post(answer(placeOf(at.record()), ['SQLite']));
    await at.until(has('idle'));
    at.post(end);
    expect(await second.exit).toBe(0);
    expect(said(at.record()).slice(1)).toEqual(['resumed: go on\n\nAnswer: SQLite']);
  });

  it('an answer that was taken and not heard before a kill is said again', async () => {
    at = ground('claude', 'ask one');
    const first = at.start();
    await at.until(has('asked'));
    first.kill('SIGKILL');
    await first.exit;
    const place = placeOf(at.record());
    const mail = at.record().at(-1)!.n + 1;
    at.tear(`${JSON.stringify({ n: mail, t: 1, src: 'mail', line: one })}\n`);
    at.tear(
      `${JSON.stringify({ n: mail + 1, t: 1, src: 'worker', line: JSON.stringify({ note: 'answered', ask: place, says: one }) })}\n`,
    );
    at.post(answer(place, ['SQLite']));
    at.start();
    await at.until(has('idle'));
    expect(said(at.record()).slice(1)).toEqual(['resumed: go on\n\nAnswer: SQLite']);
  });

  it('may be answered at the pane, by number or in words', async () => {
    at = ground('claude', 'ask one');
    const worker = at.start();
    await at.until(has('asked'));
    worker.type('2');
    await at.until(has('idle'));
    expect(said(at.record()).at(-1)).toBe('answered: {"Which database?":"SQLite"}');
    at.post({ uuid: two, kind: 'message', text: 'ask one' });
    await at.until(has('asked', 2));
    worker.type('neither');
    await at.until(has('idle', 2));
    expect(said(at.record()).at(-1)).toBe('answered: {"Which database?":"neither"}');
  });

  it('is dropped when the turn is interrupted, and its answer is a message then', async () => {
    at = ground('claude', 'ask one');
    const worker = at.start();
    await at.until(has('asked'));
    worker.kill('SIGINT');
    await at.until(has('idle'));
    expect(notes(at.record())).toEqual(['started', 'asked', 'interrupted', 'dropped', 'idle']);
    at.post(answer(placeOf(at.record()), ['SQLite']));
    await at.until(has('idle', 2));
    expect(said(at.record()).at(-1)).toBe('new: Answer: SQLite');
  });
});

describe('leave to use a tool', () => {
  it('is never given: only a question is a person’s to answer', async () => {
    at = ground('claude', 'run Bash');
    at.start();
    await at.until(has('idle'));
    expect(said(at.record()).at(-1)).toBe('answered: Bash is not allowed here.');
    expect(notes(at.record())).not.toContain('asked');
  });

  it('nor to a question that asks nothing', async () => {
    at = ground('claude', 'ask nothing');
    at.start();
    await at.until(has('idle'));
    expect(said(at.record()).at(-1)).toBe('answered: AskUserQuestion is not allowed here.');
  });
});
