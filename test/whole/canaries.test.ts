import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hitsInContainer, hitsInFolder, hitsInText } from '../canary/canary.ts';
import type { Canaries, Hit } from '../canary/canary.ts';
import { follow, untilPhase, whole } from './ground.ts';
import type { Whole } from './ground.ts';

const FILES = ['credential-claude', 'credential-codex', 'key-you', 'key-guest'];

/** A whole task in which a person pastes every secret that this machine has, and one that it has not. */
let at: Whole;
let secrets: Canaries;
let task: string;
beforeAll(async () => {
  at = await whole({ latencyMs: 500 });
  const texts = await Promise.all(FILES.map((name) => readFile(join(at.world.data, name), 'utf8')));
  const pasted = `ghp_${randomBytes(27).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
  secrets = { ...Object.fromEntries(FILES.map((name, n) => [name, texts[n]!])), pasted };
});
afterAll(() => at.leave());

describe('secrets that people paste', () => {
  const containers: Hit[] = [];
  it('are covered from the first moment, and the person is told', async () => {
    const [claude, codex, you, guest] = FILES.map((name) => secrets[name]!);
    const base64 = Buffer.from(`user:${codex!}`)
      .toString('base64')
      .replaceAll(/(.{40})/g, '$1\n');
    const idea = `fix the typo. Keys: ${claude!} ${base64} ${Buffer.from(claude!).toString('hex')} ${you!}, "${guest!}" ${secrets['pasted']!}`;
    const asked = await at.you.say(`/task --quick ${idea}`, { channel: at.world.channel });
    expect(asked).toMatchObject({ ok: true, text: expect.stringContaining('it was not kept. Revoke it.') });
    task = asked.task!;
    await follow(at.you, task, async ({ phase }) => {
      if (phase !== 'working') return phase === 'review';
      const { stdout } = await execa('docker', ['ps', '-q', '--filter', `label=signalbox.session=${task}-coder-1`]);
      if (stdout !== '')
        containers.push(...(await hitsInContainer(stdout, secrets)), { where: stdout, canary: '', as: 'looked at' });
      return stdout !== '';
    });
    expect(containers.map(({ as }) => as)).toEqual(['looked at']);
    await untilPhase(at.you, task, 'review');
  }, 600_000);

  it('are in no journal, log, record, mirror, file or answer, but where each belongs', async () => {
    const { data } = at.world;
    const read = async (path: string): Promise<string> =>
      (await fetch(at.url + path, { headers: { Authorization: `Bearer ${at.world.keys.you}` } })).text();
    const { threads } = JSON.parse(await read('/api/threads')) as { threads: { task: string; thread: string }[] };
    const { thread } = threads.find((one) => one.task === task)!;
    const shown = await read(`/api/threads/${thread}`);
    expect(shown).toContain('(covered: a credential of this machine)');
    expect(shown).toContain("(covered: somebody's key for this chat)");
    expect(shown).toContain('(covered: a GitHub token)');
    expect(hitsInText('the thread', shown, secrets)).toEqual([]);
    const except = FILES.map((name) => join(data, name));
    expect(await hitsInFolder(data, secrets, except)).toEqual([]);
    expect([...new Set((await hitsInFolder(data, secrets)).map(({ where }) => where))].toSorted()).toEqual(
      except.toSorted(),
    );
  }, 600_000);
});
