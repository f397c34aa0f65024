import { afterEach, describe, expect, it } from 'vitest';
import { ground, notes, said } from './ground.ts';
import type { Ground } from './ground.ts';

let at: Ground;
afterEach(() => at.leave());

const [one, two, three] = ['a', 'b', 'c'].map((digit) => `${digit.repeat(8)}-2222-4333-8444-555555555555`) as [
  string,
  string,
  string,
];
const message = (uuid: string, text: string) => ({ uuid, kind: 'message', text }) as const;
const end = { uuid: 'end', kind: 'end' } as const;
const idles = (times: number) => (record: Parameters<typeof notes>[0]) =>
  notes(record).filter((note) => note === 'idle').length >= times;

/** What a CLI's first words show: whether it was told to resume, and what it was told. */
const words = {
  claude: { new: 'new: ', resumed: 'resumed: ' },
  codex: { new: 'start: ', resumed: 'resume 01a1fb45-9f35-74f3-94ab-7a822d6d6439: ' },
};

describe.each(['claude', 'codex'] as const)('the worker with %s', (cli) => {
  const { new: fresh, resumed } = words[cli];

  it('says the prompt, is idle after its turn, and ends when it is told to', async () => {
    at = ground(cli, 'hello');
    const worker = at.start();
    await at.until(idles(1));
    at.post(end);
    expect(await worker.exit).toBe(0);
    const record = at.record();
    expect(record.map(({ n }) => n)).toEqual(record.map((_, n) => n + 1));
    expect(record.slice(0, 2).map(({ src, line }) => [src, line.slice(0, 20)])).toEqual([
      ['mail', at.prompt.slice(0, 20)],
      ['worker', '{"note":"started","r'],
    ]);
    expect(said(record)).toEqual([`${fresh}hello`]);
    expect(worker.screen()).toContain(`● ${fresh}hello`);
  });

  it('takes each message once, however often it is posted, in order', async () => {
    at = ground(cli, 'hello');
    const worker = at.start();
    at.post(message(one, 'first'));
    at.post(message(two, 'second'));
    at.post(message(one, 'first'));
    await at.until((record) => said(record).length === 3 && notes(record).at(-1) !== 'started' && idles(1)(record));
    at.post(end);
    expect(await worker.exit).toBe(0);
    expect(said(at.record()).map((text) => text.split(': ')[1])).toEqual(['hello', 'first', 'second']);
    expect(
      at
        .record()
        .filter(({ src }) => src === 'mail')
        .map(({ line }) => line),
    ).toEqual([at.prompt, one, two, 'end']);
  });

  it('killed in mid-turn and started again: numbers go on, the conversation too, nothing is taken twice', async () => {
    at = ground(cli, 'please wait');
    const first = at.start();
    await at.until((record) => said(record).length === 1);
    first.kill('SIGKILL');
    await first.exit;
    at.tear('{"n":99,"t":1,"src":"cli","li');
    const second = at.start();
    await at.until(idles(1));
    at.post(message(three, 'and then'));
    await at.until((record) => said(record).length === 3 && idles(2)(record));
    at.post(end);
    expect(await second.exit).toBe(0);
    expect(said(at.record())).toEqual([`${fresh}please wait`, `${resumed}go on`, `${resumed}and then`]);
    const record = at.record();
    expect(record.map(({ n }) => n)).toEqual(record.map((_, n) => n + 1));
    expect(record.filter(({ src }) => src === 'mail').map(({ line }) => line)).toEqual([at.prompt, three, 'end']);
  });

  it('a CLI that leaves at once, or in mid-turn, ends the worker with its code', async () => {
    at = ground(cli, 'leave at once');
    expect(await at.start().exit).toBe(7);
    expect(notes(at.record())).toEqual(['started', 'exited']);
    at.leave();
    at = ground(cli, 'die');
    expect(await at.start().exit).toBe(9);
    expect(at.record().at(-1)!.line).toBe('{"note":"exited","code":9,"signal":null}');
  });

  it('a person at the pane is heard and written down, after a line that says who speaks', async () => {
    at = ground(cli, 'hello');
    const worker = at.start();
    await at.until(idles(1));
    worker.type('/clear everything');
    await at.until((record) => said(record).length === 2 && idles(2)(record));
    expect(said(at.record()).at(-1)).toContain('Someone at the terminal says:\n/clear everything');
    expect(
      at
        .record()
        .filter(({ src }) => src === 'person')
        .map(({ line }) => line),
    ).toEqual(['/clear everything']);
  });

  it('ends the turn for a message that waits, says that one first, and the others after it', async () => {
    at = ground(cli, 'please wait');
    const worker = at.start();
    await at.until((record) => said(record).length === 1);
    at.post(message(one, 'first'));
    at.post(message(two, 'at once'));
    at.post({ uuid: three, kind: 'interrupt', message: two });
    at.post({ uuid: three, kind: 'interrupt', message: two });
    await at.until((record) => said(record).length === 3 && idles(1)(record));
    expect(notes(at.record()).filter((note) => note === 'interrupted')).toHaveLength(1);
    const order = said(at.record()).map((text) => text.split(': ')[1]);
    // Claude has its own queue, which keeps its order.
    expect(order).toEqual(['please wait', ...(cli === 'codex' ? ['at once', 'first'] : ['first', 'at once'])]);
    at.post(end);
    expect(await worker.exit).toBe(0);
  });

  it('ends no turn for a message that was heard meanwhile', async () => {
    at = ground(cli, 'hello');
    const worker = at.start();
    at.post(message(one, 'now wait'));
    await at.until((record) => said(record).length === 2);
    at.post({ uuid: two, kind: 'interrupt', message: one });
    at.post({ uuid: three, kind: 'interrupt', message: '00000000-2222-4333-8444-555555555555' });
    at.post(message('d'.repeat(8) + '-2222-4333-8444-555555555555', 'at last'));
    await at.until((record) => record.filter(({ src }) => src === 'mail').length === 5);
    expect(notes(at.record())).not.toContain('interrupted');
    worker.kill('SIGINT');
    await at.until((record) => said(record).length === 3);
    at.post(end);
    expect(await worker.exit).toBe(0);
  });

  it('Ctrl-C stops the turn and not the worker', async () => {
    at = ground(cli, 'please wait');
    const worker = at.start();
    await at.until((record) => said(record).length === 1);
    worker.kill('SIGINT');
    await at.until(idles(1));
    at.post(message(one, 'something else'));
    await at.until((record) => said(record).length === 2 && idles(2)(record));
    expect(notes(at.record())).toContain('interrupted');
    at.post(end);
    expect(await worker.exit).toBe(0);
  });
});

describe('what a worker may meet', () => {
  it('a line of more than 8 MiB is left out, and said so', async () => {
    at = ground('claude', 'something huge');
    at.start();
    await at.until(idles(1));
    expect(at.record().some(({ line }) => line.includes('"note":"oversized","src":"cli","bytes":9437184'))).toBe(true);
  });

  it('a kill between the end of the turn and the note of it: the next one is idle without a word to the CLI', async () => {
    at = ground('claude', 'hello');
    const first = at.start();
    await at.until(idles(1));
    first.kill('SIGKILL');
    await first.exit;
    const before = said(at.record()).length;
    const second = at.start();
    await at.until(idles(2));
    at.post(end);
    expect(await second.exit).toBe(0);
    expect(said(at.record())).toHaveLength(before);
  });

  it('SIGHUP, as from a closed terminal, changes nothing', async () => {
    at = ground('codex', 'please wait');
    const worker = at.start();
    await at.until((record) => said(record).length === 1);
    worker.kill('SIGHUP');
    worker.kill('SIGINT');
    await at.until(idles(1));
    expect(notes(at.record())).toContain('idle');
  });
});

describe('what Claude is writing', () => {
  it('is in the record in pieces, before it is there whole, and in the place of the lines that it came in', async () => {
    at = ground('claude', 'grow');
    const worker = at.start();
    await at.until(idles(1));
    at.post(end);
    expect(await worker.exit).toBe(0);
    const record = at.record();
    const pieces = record.flatMap(({ src, line }) => (src === 'partial' ? [JSON.parse(line) as { text: string }] : []));
    expect(pieces.map(({ text }) => text).join('')).toBe('One thing first.');
    expect(record.filter(({ line }) => line.includes('stream_event'))).toEqual([]);
    const last = record.findLastIndex(({ src }) => src === 'partial');
    expect(record.findIndex(({ line }) => line.includes('"assistant"'))).toBeGreaterThan(last);
    expect(said(record)).toEqual(['new: One thing first.']);
    expect(worker.screen()).not.toContain('partial');
  });
});
