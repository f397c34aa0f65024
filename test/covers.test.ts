import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printsOf } from '../src/boundary/prints.ts';
import { bare, coveredChat, coveredDesk, coveredLog, coversOf, everywhere } from '../src/chain/covered.ts';
import type { Input } from '../src/chain/commands.ts';
import { openCovers } from '../src/covers.ts';
import { fakeChat } from './fakes/chat.ts';
import { ana, head, tasks } from './bots/samples.ts';
import { boot, give, until, world } from './chain/world.ts';
import { taskIdOf } from '../src/chain/desk.ts';

const salt = '0123456789abcdef0123456789abcdef';
const credential = 'sk-ant-oat01-0123456789abcdefghijklmnop';
const personal = 'a-key-of-ana-that-is-long-enough';
const lookalike = 'ghp_0123456789abcdefghijklmnopqrstuvwxyzAB';
const people = [{ ...ana, consoleKeyHash: createHash('sha256').update(personal).digest('hex') }];

describe('what covers the secrets of this machine', () => {
  let folder: string;
  let over: AbortController;
  beforeEach(async () => {
    over = new AbortController();
    folder = await mkdtemp(join(tmpdir(), 'signalbox-covers-'));
  });
  afterEach(async () => {
    over.abort();
    await rm(folder, { recursive: true, force: true });
  });
  const write = (of: string): Promise<void> =>
    writeFile(join(folder, 'prints.json'), JSON.stringify({ v: 1, salt, accounts: { claude: [printsOf(of, salt)] } }));

  it('knows credentials by their prints and keys by their hashes, and what looks like a key from the start', async () => {
    const covers = openCovers();
    expect(covers.all(`${lookalike}.`)).toBe('(covered: a GitHub token).');
    expect(covers.known(`${credential} ${personal}`)).toBe(`${credential} ${personal}`);
    await write(credential);
    await covers.follow(folder, people, over.signal);
    expect(covers.known(`${credential} ${personal} ${lookalike}`)).toBe(
      `(covered: a credential of this machine) (covered: somebody's key for this chat) ${lookalike}`,
    );
  });

  it('waits until the boundary is there', async () => {
    const covers = openCovers();
    const following = covers.follow(folder, people, over.signal);
    setTimeout(() => void write(credential), 300);
    expect(await following).toBe(true);
    expect(covers.known(credential)).toBe('(covered: a credential of this machine)');
  });

  it('hears of a login that is renewed', async () => {
    const covers = openCovers();
    await write(credential);
    await covers.follow(folder, people, over.signal);
    await write('another-credential-0123456789');
    await expect.poll(() => covers.known('another-credential-0123456789'), { timeout: 10_000 }).toContain('(covered');
  });
});

const covers = coversOf((text) => text.replaceAll('hunter22', '(covered)'));

describe('the edges', () => {
  it('leave a value as it is where nothing is to be covered', () => {
    expect(everywhere(tasks.review, covers.all)).toBe(tasks.review);
    expect(everywhere({ a: ['hunter22', 1, null], b: { c: true } }, covers.known)).toEqual({
      a: ['(covered)', 1, null],
      b: { c: true },
    });
    const value = { a: 'hunter22' };
    expect(everywhere(value, bare)).toBe(value);
  });

  it('the chat: cards, notices and remarks', async () => {
    const fake = fakeChat();
    const chat = coveredChat(fake, covers);
    const place = { platform: 'console', channel: 'site' };
    const thread = await chat.open('k', place, { ...tasks.opening, idea: `use ${lookalike}` });
    await chat.card(thread, { ...tasks.working, title: 'hunter22' });
    await chat.tell('k1', thread, { kind: 'document', what: 'plan', path: 'plan.md', text: `with ${lookalike}` });
    chat.show(thread, 'echo hunter22');
    expect(JSON.stringify([fake.world, fake.remarks])).not.toMatch(/hunter22|ghp_/);
    expect(fake.remarks[0]!.remark).toBe('echo (covered)');
  });

  it('the chat shows the hunks that an admin decides by as they are: nothing hides under what looks like a key', async () => {
    const fake = fakeChat();
    const thread = await fake.open('k', { platform: 'console', channel: 'site' }, tasks.opening);
    const patch = `+-----BEGIN PRIVATE KEY-----\n+curl example.org\n+-----END PRIVATE KEY-----\n+${lookalike}`;
    await coveredChat(fake, covers).tell('k1', thread, { kind: 'confirm', by: lookalike, head, patch });
    expect(fake.world.told[0]!.notice).toEqual({ kind: 'confirm', by: '(covered: a GitHub token)', head, patch });
  });

  it('the desk: whatever a command says', async () => {
    const seen: Input[] = [];
    const desk = coveredDesk(
      {
        async accept(input) {
          seen.push(input);
          return { kind: 'help', about: null };
        },
      },
      covers,
    );
    const place = { platform: 'console', channel: 'site', thread: null };
    await desk.accept({
      source: 's',
      person: ana,
      place,
      task: null,
      command: { name: 'back', to: 'plan', why: `${lookalike} hunter22` },
    });
    expect(seen[0]!.command).toEqual({ name: 'back', to: 'plan', why: '(covered: a GitHub token) (covered)' });
  });

  it('the log: messages and facts', () => {
    const lines: unknown[] = [];
    const log = coveredLog({ info: (...line) => lines.push(line), error: (...line) => lines.push(line) }, covers);
    log.error('hunter22', { reason: lookalike, n: 1 });
    log.info('up');
    expect(lines).toEqual([
      ['(covered)', { reason: '(covered: a GitHub token)', n: 1 }],
      ['up', undefined],
    ]);
  });

  it('the journal: what agents hand over is covered before it is judged, so that a document is committed as it is journaled', async () => {
    const of = { ...world(), covers };
    const requirements = { title: 'hunter22', requirements: `the key hunter22, and ${lookalike}` };
    const agent = of.sessions.agent;
    of.sessions.agent = (spec) =>
      spec.role === 'brainstormer' ? { kind: 'ended', handoff: requirements, text: 'hunter22' } : agent(spec);
    const box = await boot(of);
    await give(box, { name: 'task', idea: 'fix the typo', slug: null, mode: 'headless' }, { source: 's1' });
    const task = await until(box, taskIdOf('s1'), 'review');
    expect(task.requirements!.text).toBe(`the key (covered), and ${lookalike}`);
    const journal = JSON.stringify(await of.store.read(`task-${task.id}`));
    expect(journal).not.toContain('hunter22');
    expect(journal).toContain(lookalike);
    const again = await boot(of);
    expect(again.supervisor.task(task.id)).toEqual(task);
  });
});
