import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Check } from '../../src/chain/change.ts';
import { makeFar } from '../boundary/far.ts';
import type { Far } from '../boundary/far.ts';
import { untilPhase, whole } from './ground.ts';
import type { Whole } from './ground.ts';
import { dependency, filesOf, parts, repository, serve } from './projects.ts';
import type { Sort } from './projects.ts';

/** Projects with Python and Go, from their first start to two merges each. All that they fetch comes from one server on loopback. */
const sorts = ['python', 'go'] as const;
const ran: Readonly<Record<Sort, RegExp>> = { python: /^=+ \d+ passed in /m, go: /^ok\s+example.org\/voice/m };
/** Of this run alone: an image that is there would not be built. */
const mark = randomBytes(4).toString('hex');
const idOf = (sort: Sort): string => `${sort}-${mark}`;

let far: Far;
let folder: string;
let asked: readonly string[];
let at: Whole;
const repositories = new Map<Sort, string>();
beforeAll(async () => {
  [far, folder] = await Promise.all([makeFar(), mkdtemp(join(tmpdir(), 'signalbox-projects-'))]);
  asked = serve(far);
  for (const sort of sorts)
    repositories.set(sort, await repository(join(folder, sort), filesOf[sort](far.certificate)));
  at = await whole({
    outside: far.port,
    settings: {
      slots: 2,
      projects: sorts.map((sort) => ({
        id: idOf(sort),
        repository: repositories.get(sort),
        channels: [`console:${idOf(sort)}`],
        merges: true,
        hosts: ['example.org'],
      })),
    },
  });
});
afterAll(async () => {
  await at.leave();
  await far.close();
  await rm(folder, { recursive: true });
  for (const sort of sorts) {
    const label = `label=signalbox.project=${idOf(sort)}`;
    const { stdout } = await execa('docker', ['image', 'ls', '-q', '--filter', label]);
    for (const image of stdout.split('\n').filter(Boolean)) await execa('docker', ['rmi', '-f', image]);
  }
});

/** What each channel is told once its project is set up. */
async function news(): Promise<Readonly<Record<string, string>>> {
  const told: Record<string, string> = {};
  const ending = new AbortController();
  for await (const { kind, data } of at.you.events(0, ending.signal)) {
    if (kind === 'news') told[String(data['channel'])] = (data['message'] as { text: string }).text;
    if (Object.keys(told).length === sorts.length) break;
  }
  ending.abort();
  return told;
}

/** A task that adds a function, to the merge; answers what its tests printed when they were green on the would-be merge commit. */
async function merged(sort: Sort, way: '--headless' | '--quick', name: string): Promise<string> {
  const word = `${name}-in-${sort}`;
  for (const [role, played] of Object.entries(parts(sort, name)))
    at.world.rehearsal.fail({ role: role as 'coder', kind: 'played', part: played, about: word });
  const { task } = await at.you.say(`/task ${way} --slug ${word.toLowerCase()} add ${word}`, { channel: idOf(sort) });
  const { phase, messages } = await untilPhase(at.you, task!, 'review', 'held', 'failed');
  expect([phase, messages.at(-1)!.text]).toEqual(['review', expect.any(String)]);
  await at.you.press(messages.at(-1)!.buttons.find(({ label }) => label === 'Merge')!.id);
  expect((await untilPhase(at.you, task!, 'merged', 'held', 'failed')).phase).toBe('merged');
  const journal = await readFile(join(at.world.data, 'streams', `task-${task}`, 'journal.jsonl'), 'utf8');
  type Line = { readonly entries?: readonly { readonly event: { is: string; check?: Check } }[] };
  const checks = journal
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => (JSON.parse(line) as Line).entries ?? [])
    .flatMap(({ event }) => (event.is === 'checked' && event.check?.outcome === 'green' ? [event.check.tail] : []));
  return checks.join('\n');
}

it('plan to merge, with what setup fetched once; the second task of each fetches nothing', async () => {
  const began = performance.now();
  const times: string[] = [];
  const lap = (what: string) => times.push(`${what} ${Math.round((performance.now() - began) / 1000)} s`);
  for (const [channel, text] of Object.entries(await news())) {
    expect(text).toContain(`**${channel}** is linked.`);
    expect(text).toMatch(/Image layer built in .*\nSetup filled the cache in /);
  }
  for (const sort of sorts) expect(asked).toContain(dependency[sort]);
  const fetched = asked.length;
  lap('linked');
  for (const way of ['--headless', '--quick'] as const) {
    const name = way === '--quick' ? 'Hum' : 'Whisper';
    const said = await Promise.all(sorts.map((sort) => merged(sort, way, name)));
    sorts.forEach((sort, n) => {
      expect(said[n]).toMatch(ran[sort]);
      expect(said[n]?.toLowerCase()).toContain(`test${sort === 'python' ? '_' : ''}${name.toLowerCase()}`);
    });
    lap(way);
    // Nothing since the projects were linked.
    expect(asked.slice(fetched)).toEqual([]);
  }
  for (const sort of sorts) {
    const { stdout } = await execa('git', ['-C', repositories.get(sort)!, 'log', '--format=%s', 'main']);
    expect(stdout.split('\n')).toHaveLength(3);
  }
  console.log(times.join(', '), `${asked.length} requests`);
}, 1_200_000);
