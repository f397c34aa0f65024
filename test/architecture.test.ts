import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The house's walls: who may import whom. Sizes and import cycles are the linter's part. */
const anything = /./;
const between = /^src\/(worker|boundary)\/files\.ts$/;
const rooms: Readonly<Record<string, readonly RegExp[]>> = {
  'cli.ts': [anything],
  'main.ts': [anything],
  'exit.ts': [],
  'log.ts': [/^src\/chain\//],
  'covers.ts': [/^node:/, /^src\/chain\//, /^src\/boundary\/(keep-)?prints\.ts$/, /^src\/bots\/people\.ts$/],
  // The price list: a table, which signalbox.yaml adds to.
  'config.ts': [/^(node:|npm:)/, /^src\/chain\//, between, /^src\/boundary\/prices\.ts$/],
  // A pure glob matcher for path policies, and hashes for ids that are derived from source ids: docs/adr/0006.
  'chain/gate/globs.ts': [/^npm:picomatch\/posix/, /^src\/chain\//],
  'chain/desk.ts': [/^node:crypto$/, /^src\/chain\//],
  chain: [/^npm:zod$/, /^src\/chain\//],
  // Served to a browser as it is written: of the rest it knows types alone.
  'bots/console/page': [/^npm:lit-html/, /^src\/bots\/console\/page\//, /^type src\//],
  bots: outer('bots'),
  runtime: outer('runtime'),
  forge: outer('forge'),
  store: outer('store'),
  demo: outer('demo'),
  boundary: [/^(node:|npm:)/, /^src\/boundary\//],
  // The worker runs in a container where nothing is installed.
  worker: [/^node:/, /^src\/worker\/(?!files\.ts$)/, /^type src\/worker\/files\.ts$/],
  'worker/files.ts': [/^npm:zod$/],
};

/** The measurements stand outside the house: they use the demo's world and talk to a real controller, and know of the rooms only this. */
const bench: Readonly<Record<string, readonly RegExp[]>> = {
  'bench/bench.ts': [/^src\/exit\.ts$/],
  'bench/journal.ts': [/^src\/store\/store\.ts$/],
  // A word's whole way from the CLI's line to the page.
  'bench/page.ts': [
    /^src\/bots\/console\/console\.ts$/,
    /^type src\/chain\/task\.ts$/,
    /^src\/chain\/(ids|transition)\.ts$/,
    /^src\/store\/store\.ts$/,
    /^src\/runtime\/(agents\/claude|follow|record)\.ts$/,
    /^src\/worker\/growth\.ts$/,
    /^type src\/worker\/files\.ts$/,
  ],
  'bench/programs.ts': [/^src\/runtime\/image\.ts$/],
  'bench/bare.ts': [/^src\/chain\/roles\.ts$/, /^src\/worker\/(files|child|manners)\.ts$/],
  'bench/controller.ts': [/^src\/demo\/controller\.ts$/],
  'bench/ground.ts': [/^src\/demo\/(controller|demo|person|world)\.ts$/],
};
const outside = [/^(node:|npm:)/, /^bench\//];

function outer(room: string): readonly RegExp[] {
  return [/^(node:|npm:)/, new RegExp(`^src/${room}/`), /^src\/chain\//, between];
}

function violations(file: string, source: string): readonly string[] {
  const [, room = ''] = /^src\/([^/]+)/.exec(file) ?? [];
  const allowed = file.startsWith('bench/')
    ? [...outside, ...(bench[file] ?? [])]
    : (rooms[file.slice('src/'.length)] ?? rooms[dirname(file).slice('src/'.length)] ?? rooms[room]);
  if (allowed === undefined) return [`${file}: the house has no such room`];
  return imports(file, source)
    .filter(({ target, type }) => !allowed.some((may) => may.test(target) || (type && may.test(`type ${target}`))))
    .map(({ target }) => `${file} imports ${target}`);
}

function imports(file: string, source: string): readonly { target: string; type: boolean }[] {
  const statement = /^\s*(?:import|export)\s+(type\s)?(?:[^'";=]*?\bfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gm;
  const code = source.replaceAll(/`(?:\\.|[^`\\])*`/gs, '``'); // a text with code in it imports nothing
  return [...code.matchAll(statement)].map(([, type, named, dynamic]) => {
    const name = named ?? dynamic ?? '';
    const local = name.startsWith('.') ? join(dirname(file), name) : undefined;
    return { target: local ?? (name.startsWith('node:') ? name : `npm:${name}`), type: type !== undefined };
  });
}

describe('architecture', () => {
  const files = ['src', 'bench'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );

  it('keeps imports a star: no room imports a sibling, chain imports only zod', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(files.flatMap((file) => violations(file, readFileSync(file, 'utf8')))).toEqual([]);
  });

  it.each([
    ['src/bots/console/page.ts', "import { docker } from '../../runtime/docker.ts';"],
    ['src/bots/console/page/main.ts', "import { lines } from '../threads.ts';"],
    ['src/bots/console/page/main.ts', "import { join } from 'node:path';"],
    ['src/forge/git.ts', "import type { Journal } from '../store/journal.ts';"],
    ['src/store/journal.ts', "export * from '../main.ts';"],
    ['src/runtime/docker.ts', "import { serve } from '../boundary/server.ts';"],
    ['src/runtime/sessions.ts', "const later = await import('../bots/cards.ts');"],
    ['src/chain/gate.ts', "import { readFileSync } from 'node:fs';"],
    ['src/chain/gate.ts', "import {\n  execa,\n} from 'execa';"],
    ['src/chain/gate.ts', "import '../config.ts';"],
    ['src/boundary/routes.ts', "import { Task } from '../chain/task.ts';"],
    ['src/worker/main.ts', "import { z } from 'zod';"],
    ['src/worker/main.ts', "import { Spec } from './files.ts';"],
    ['src/worker/main.ts', "import type { Task } from '../chain/task.ts';"],
    ['src/utils/text.ts', ''],
    ['src/demo/demo.ts', "import { median } from '../../bench/statistics.ts';"],
    ['bench/ack.ts', "import { fileStore } from '../src/store/store.ts';"],
    ['bench/whole.ts', "import { transition } from '../src/chain/transition.ts';"],
  ])('refuses %s: %s', (file, source) => {
    expect(violations(file, source)).toHaveLength(1);
  });

  it.each([
    ['src/main.ts', "import { sessions } from './runtime/sessions.ts';"],
    ['src/bots/cards.ts', "import type { Task } from '../chain/task.ts';\nimport picomatch from 'picomatch';"],
    [
      'src/runtime/sessions.ts',
      "import { Spec } from '../worker/files.ts';\nimport { Grant } from '../boundary/files.ts';",
    ],
    ['src/worker/main.ts', "import type { Spec } from './files.ts';\nimport { spawn } from 'node:child_process';"],
    ['src/worker/main.ts', "import { take } from './mail.ts';"],
    ['src/bots/console/page/main.ts', "import type { Event } from '../entry.ts';\nimport { render } from 'lit-html';"],
    [
      'bench/journal.ts',
      "import { fileStore } from '../src/store/store.ts';\nimport { spread } from './statistics.ts';",
    ],
    ['src/chain/parts.ts', "const sample = `\nimport { readFileSync } from 'node:fs';\n`;"],
  ])('allows %s: %s', (file, source) => {
    expect(violations(file, source)).toEqual([]);
  });
});
