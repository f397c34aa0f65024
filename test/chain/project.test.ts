import { describe, expect, it } from 'vitest';
import { ProjectId } from '../../src/chain/ids.ts';
import { Project, projectKind } from '../../src/chain/project.ts';
import type { ProjectEvent } from '../../src/chain/project.ts';
import { ana, ben, head, id } from './samples.ts';

const project = ProjectId.parse('site');
const said = (host: string) => ({ host, by: ana, at: 1 });
const states = {
  unknown: null,
  quiet: { project, proof: null, merges: [], merged: 0, clean: 0, soak: null, hosts: [], kept: [], environment: null },
  allowed: {
    project,
    proof: null,
    merges: [],
    merged: 0,
    clean: 0,
    soak: null,
    hosts: [said('a.example')],
    kept: [],
    environment: null,
  },
  kept: {
    project,
    proof: null,
    merges: [],
    merged: 0,
    clean: 0,
    soak: null,
    hosts: [],
    kept: [said('a.example')],
    environment: null,
  },
} satisfies Record<string, Project | null>;

const about = { project, by: ana, host: 'a.example' } as const;
const events = {
  allow: { is: 'host-allowed', ...about },
  keep: { is: 'host-kept', ...about },
  remove: { is: 'host-removed', ...about },
  'remove another': { is: 'host-removed', ...about, host: 'b.example' },
  'allow, by a merger': { is: 'host-allowed', ...about, by: ben },
  'keep, by a merger': { is: 'host-kept', ...about, by: ben },
  'remove, by a merger': { is: 'host-removed', ...about, by: ben },
  done: { is: 'done' },
} satisfies Record<string, ProjectEvent>;

/** `allowed | kept refused: effects`. */
const rows: Readonly<Record<string, string>> = {
  'unknown × allow': 'a.example | : admit',
  'unknown × keep': ' | a.example: ',
  'quiet × allow': 'a.example | : admit',
  'quiet × keep': ' | a.example: ',
  'allowed × keep': ' | a.example: admit',
  'allowed × remove': ' | : admit',
  'kept × allow': 'a.example | : admit',
  'kept × remove': ' | : ',
};

describe('what people say of hosts', () => {
  for (const [from, state] of Object.entries(states))
    for (const [name, event] of Object.entries(events))
      it(`${from} × ${name} → ${rows[`${from} × ${name}`] ?? 'ignored'}`, () => {
        const moved = projectKind.transition(state, event, { at: 2 });
        const names = (all: Project['hosts']): string => all.map(({ host }) => host).join(' ');
        expect(
          moved.kind === 'ignored'
            ? 'ignored'
            : `${names(moved.state.hosts)} | ${names(moved.state.kept)}: ${moved.effects.map((effect) => effect.do).join(' ')}`,
        ).toBe(rows[`${from} × ${name}`] ?? 'ignored');
      });

  it('a hundred are allowed at most, and all else of the project stays', () => {
    let state: Project | null = null;
    const take = (event: ProjectEvent): void => {
      const moved = projectKind.transition(state, event, { at: 2 });
      if (moved.kind === 'moved') state = moved.state;
    };
    take({ is: 'merged', project, task: id, commit: head('c') });
    for (let n = 0; n < 120; n += 1) take({ is: 'host-allowed', ...about, host: `n${n}.example` });
    for (let n = 0; n < 120; n += 1) take({ is: 'host-kept', ...about, host: `k${n}.example` });
    expect(state).toMatchObject({ merged: 1 });
    expect(state!.hosts).toHaveLength(100);
    expect(state!.kept.map(({ host }: { host: string }) => host)).toEqual(
      Array.from({ length: 100 }, (_, n) => `k${n + 20}.example`),
    );
  });

  it('a snapshot of an older version reads', () => {
    const { hosts: _hosts, kept: _kept, ...older } = states.quiet;
    expect(Project.parse(older)).toEqual(states.quiet);
  });
});

describe('how a project is linked', () => {
  const places = [{ platform: 'console', channel: 'site' }];
  const seen = (environment: string) => ({ is: 'seen', project, environment, places }) as const;

  it('an environment is set up once, and again when it is another one', () => {
    const first = projectKind.transition(null, seen('one'), { at: 2 });
    expect(first).toMatchObject({
      state: { environment: 'one' },
      effects: [{ do: 'link', environment: 'one', places }],
    });
    const now = first.kind === 'moved' ? first.state : null;
    expect(projectKind.transition(now, seen('one'), { at: 3 }).kind).toBe('ignored');
    expect(projectKind.transition(now, seen('two'), { at: 3 })).toMatchObject({
      state: { environment: 'two' },
      effects: [{ do: 'link', environment: 'two' }],
    });
  });

  it('what came of it is told in its channels', () => {
    const linking = { project, problem: 'main is not there.', steps: [], check: null, lacks: [] };
    expect(projectKind.transition(states.quiet, { is: 'linked', linking, places }, { at: 2 })).toEqual({
      kind: 'moved',
      state: states.quiet,
      effects: [{ do: 'announce', linking, places }],
    });
  });
});
