import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { follow, whole } from './ground.ts';
import type { Whole } from './ground.ts';

let at: Whole;
beforeEach(async () => {
  at = await whole();
});
afterEach(() => at.leave());

/** Every message once: the same text is never shown twice. */
const repeated = (texts: readonly string[]): readonly string[] => texts.filter((text, n) => texts.indexOf(text) !== n);

describe('SIGKILL of the controller', () => {
  it('once in every phase: merged, one squash commit, each message once', async () => {
    const before = await at.onMain();
    const asked = await at.you.say('/task --headless fix the typo in the README', { channel: at.world.channel });
    const killed: string[] = [];
    let [step, tapped] = ['', false];
    const seen = await follow(at.you, asked.task!, async ({ phase, name, messages, merged }) => {
      const merge = messages.at(-1)?.buttons.find(({ id }) => id.startsWith('merge:'));
      if (merge && !tapped) {
        tapped = true;
        expect((await at.you.press(merge.id)).ok).toBe(true);
      }
      // The roles share a phase; the documents between them tell them apart.
      const now = `${phase} ${messages.length}`;
      if (now !== step && !killed.includes(now) && merged === null) {
        step = now;
        const pid = await at.pid();
        if (pid > 1) {
          process.kill(pid, 'SIGKILL');
          killed.push(now);
        }
      }
      return merged !== null && messages.some(({ text }) => text.includes('merged')) && name !== '';
    });
    expect(seen.merged).toMatch(/^[0-9a-f]{40}$/);
    expect(killed.map((one) => one.split(' ')[0])).toEqual(expect.arrayContaining(['working', 'validating', 'review']));
    expect(at.controller.starts()).toBeGreaterThan(5);
    expect(await at.onMain()).toEqual(['docs: Fix the spelling of "receive" in the README (#1)', ...before]);
    expect(repeated(seen.messages.map(({ text }) => text))).toEqual([]);
  }, 600_000);

  it('a lost container goes on in another one, with the same conversation', async () => {
    const asked = await at.you.say('/task --quick fix the typo in the README', { channel: at.world.channel });
    let lost = 0;
    const seen = await follow(at.you, asked.task!, async ({ phase, messages }) => {
      if (phase === 'working' && lost === 0) {
        const { stdout } = await execa('docker', [
          'ps',
          '-q',
          '--filter',
          `label=signalbox.session=${asked.task}-coder-1`,
        ]);
        if (stdout !== '') {
          await execa('docker', ['kill', stdout]);
          lost += 1;
        }
      }
      return messages.some(({ buttons }) => buttons.some(({ id }) => id.startsWith('merge:')));
    });
    expect(seen.phase).toBe('review');
    expect(seen.messages.filter(({ text }) => text.includes('Back to the coder'))).toEqual([]);
  }, 600_000);

  it('between the legs of a conversation, and in the second one, with its container: goes on by itself, nothing twice', async () => {
    at.world.rehearsal.fail({ role: 'reviewer', kind: '429', nth: 2, resetIn: 3 });
    const asked = await at.you.say('/task --quick fix the typo in the README', { channel: at.world.channel });
    const session = `${asked.task}-reviewer-1`;
    const killed: string[] = [];
    const kill = async (when: string): Promise<void> => {
      killed.push(when);
      process.kill(await at.pid(), 'SIGKILL');
    };
    const seen = await follow(at.you, asked.task!, async ({ phase, messages }) => {
      if (phase === 'held' && killed.length === 0) await kill('held');
      if (phase === 'working' && killed.length === 1) {
        const { stdout } = await execa('docker', ['ps', '-q', '--filter', `label=signalbox.session=${session}`]);
        if (stdout !== '') {
          await kill('working');
          await execa('docker', ['kill', stdout]);
        }
      }
      return messages.some(({ buttons }) => buttons.some(({ id }) => id.startsWith('merge:')));
    });
    expect([killed, seen.phase]).toEqual([['held', 'working'], 'review']);
    const texts = seen.messages.map(({ text }) => text);
    expect(repeated(texts)).toEqual([]);
    expect(texts.filter((text) => /Back to the/.test(text))).toEqual([]);
    const folder = join(at.world.data, 'sessions', session);
    expect(await readdir(folder)).toContain('leg-2.json');
    const state = await readdir(join(folder, 'state'), { recursive: true });
    const kept = state.filter((name) => /projects\/-work\/[^/]+\.jsonl$/.test(name));
    expect(kept).toHaveLength(1);
    expect(JSON.parse(await readFile(join(folder, 'end.json'), 'utf8'))).toMatchObject({ kind: 'refused' });
    expect(JSON.parse(await readFile(join(folder, 'end-2.json'), 'utf8'))).toMatchObject({ kind: 'ended' });
  }, 600_000);

  it('a boundary that is killed is started again, and the task goes on', async () => {
    const asked = await at.you.say('/task --quick fix the typo in the README', { channel: at.world.channel });
    let killed = 0;
    const seen = await follow(at.you, asked.task!, async ({ phase, messages }) => {
      const pid = Number(await readFile(join(at.world.data, 'boundary', 'pid'), 'utf8').catch(() => '0'));
      if (phase === 'working' && killed === 0 && pid > 1) killed = Number(process.kill(pid, 'SIGKILL'));
      return messages.some(({ buttons }) => buttons.some(({ id }) => id.startsWith('merge:')));
    });
    expect([killed, seen.phase]).toEqual([1, 'review']);
  }, 600_000);
});
