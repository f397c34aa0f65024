import { mkdtemp, open, readdir, rm, rmdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attack, honest, part, shell, setTraps } from './hostile.ts';
import type { Traps } from './hostile.ts';
import { eventually, follow, untilPhase, whole } from './ground.ts';
import type { Seen, Whole } from './ground.ts';

const MIB = 2 ** 20;
/** So much at a time that a busy machine counts it before the disk is full. */
const fills =
  'for n in $(seq 400); do dd if=/dev/zero of=fill-$n bs=1M count=10 2>/dev/null; sleep 0.5; done; echo full';

/** On a small file system of its own, which root alone may mount. */
let at: Whole;
let data: string;
let traps: Traps;
const heard: { readonly role: string | null; readonly body: string }[] = [];
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'signalbox-hostile-'));
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=1g,mode=0700', 'signalbox-test', data]);
  at = await whole({
    data,
    settings: { disk: { sessionGiB: 0.1, keepFreePercent: 50, reserveMiB: 4 } },
    hear: (role, body) => void heard.push({ role, body }),
  });
  traps = setTraps(at);
});
afterAll(async () => {
  traps.close();
  await rm(join(data, 'ballast'), { force: true });
  await at.leave();
  // Lazily: whoever starts a container just now has a copy of all mounts for a moment.
  await execa('umount', ['-l', data]);
  await rmdir(data);
});

async function ask(slug: string): Promise<string> {
  const asked = await at.you.say(`/task --quick --slug ${slug} fix the typo (${slug})`, { channel: at.world.channel });
  expect(asked).toMatchObject({ ok: true });
  return asked.task!;
}

/** Until less than half of it is free. */
async function ballast(): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(data);
  const file = await open(join(data, 'ballast'), 'w');
  for (let left = (bavail - blocks * 0.45) * bsize; left > 0; left -= 8 * MIB)
    await file.write(Buffer.alloc(8 * MIB, 1));
  await file.close();
}

/** Whether a name is anywhere in what sessions of a task wrote. */
async function marked(task: string, marker: string): Promise<readonly string[]> {
  const names = (await readdir(join(data, 'sessions'))).filter((name) => name.startsWith(`${task}-`));
  const found = await Promise.all(
    names.map(async (name) => {
      const { stdout } = await execa('find', [join(data, 'sessions', name, 'state'), '-name', marker]);
      return stdout;
    }),
  );
  return found.filter(Boolean);
}

describe.skipIf(process.getuid?.() !== 0)('what a hostile agent leaves', () => {
  let settings: string;
  let seen: Seen;

  it('one that fills the disk is stopped and says how much; another goes on, past settings for whoever comes after', async () => {
    const steps = [await attack('settings', 'bash', 'settings.sh', [traps.marker]), ...honest];
    at.world.rehearsal.fail({ role: 'coder', kind: 'played', part: part(steps), about: '(settings)', times: 9 });
    at.world.rehearsal.fail({
      role: 'coder',
      kind: 'played',
      part: part([shell('fill', fills)]),
      about: '(filler)',
      times: 9,
    });
    const filler = await ask('filler');
    settings = await ask('settings');
    const held = await untilPhase(at.you, filler, 'held', 'failed', 'review');
    const { text, buttons } = held.messages.at(-1)!;
    expect(text).toMatch(/The coder was stopped: its files take \d+ MiB, and 103 MiB are allowed\./);
    expect(text).toContain('Resume lets it tidy up');
    expect(buttons.map(({ label }) => label)).toContain('Stop');
    seen = await untilPhase(at.you, settings, 'review', 'failed', 'held');
    expect(seen.phase).toBe('review');
    await at.you.press(`stop:${filler}`);
  }, 600_000);

  it('no setting that it committed took effect on the reviewer, which was told none of it', async () => {
    expect(await marked(settings, traps.marker)).toEqual([]);
    const [first] = heard.filter(({ role, body }) => role === 'reviewer' && body.includes('(settings)'));
    expect(first!.body).not.toContain('INJECTED');
    expect(first!.body).not.toContain('mcp__evil');
  });

  it("the gate says who must look: an admin's second tap", async () => {
    const { text, buttons } = seen.messages.at(-1)!;
    expect(text).toContain("Needs an admin's second tap: `.claude/settings.json` (agent instructions)");
    const merge = buttons.find(({ id }) => id.startsWith('merge:'))!.id;
    await at.guest.press(merge);
    const asked = await follow(at.you, settings, ({ messages }) => messages.at(-1)?.text.startsWith('🔐') === true);
    expect(asked.phase).toBe('review');
    for (const path of ['.mcp.json', '.codex/config.toml', 'AGENTS.md', 'CLAUDE.md'])
      expect(JSON.stringify(asked.messages.at(-1))).toContain(`b/${path}`);
    await at.you.press(asked.messages.at(-1)!.buttons[0]!.id);
    await untilPhase(at.you, settings, 'merged');
  }, 600_000);

  it('nor on the agents of a task that begins on it; a full disk stops that one, and lets it go on', async () => {
    // The model does not answer until the session is stopped: it is at work for as long as the disk takes.
    at.world.rehearsal.fail({ role: 'coder', kind: 'silent', about: '(after)' });
    // The spelling is right by now: it has something else to do.
    const adds = shell('add', "echo 'More is to come.' >>README.md && git commit -qam 'docs: say what comes'");
    at.world.rehearsal.fail({ role: 'coder', kind: 'played', part: part([adds]), about: '(after)', times: 9 });
    const before = at.world.rehearsal.requests().coder;
    const after = await ask('after');
    await eventually(async () => at.world.rehearsal.requests().coder > before);
    await ballast();
    const held = await untilPhase(at.you, after, 'held', 'failed', 'review');
    expect(held.messages.at(-1)!.text).toMatch(/The disk of .* has \d\d % free, and 50 % are kept\./);
    expect(held.messages.at(-1)!.text).toContain('when there is room');
    await eventually(async () => !(await readdir(data)).includes('reserve'));
    await rm(join(data, 'ballast'));
    const done = await untilPhase(at.you, after, 'review', 'failed');
    expect(done.phase).toBe('review');
    expect(await readdir(data)).toContain('reserve');
    expect(await marked(after, traps.marker)).toEqual([]);
    await traps.check();
  }, 600_000);
});
