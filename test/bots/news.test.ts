import { describe, expect, it } from 'vitest';
import { linked } from '../../src/bots/news.ts';
import { remarkText } from '../../src/bots/progress.ts';
import { ProjectId } from '../../src/chain/ids.ts';
import type { Linking } from '../../src/chain/linked.ts';
import { head } from './samples.ts';

const project = ProjectId.parse('site');
const green: Linking = {
  project,
  problem: null,
  steps: [
    { step: 'layer', ms: 41_234 },
    { step: 'cache', ms: 8_040 },
  ],
  check: { head, base: head, outcome: 'green', what: 'npm test', tail: 'ok' },
  lacks: [],
};
const red = { ...green, check: { head, base: head, outcome: 'red' as const, what: 'npm ci', tail: 'no network' } };

describe('what a channel is told of its project', () => {
  it('green, with what was made', () =>
    expect(linked(green)).toMatchInlineSnapshot(`
    {
      "buttons": [],
      "loud": false,
      "text": "🔗 **site** is linked.
    Image layer built in 41 s.
    Setup filled the cache in 8.0 s.
    Checks green: \`npm test\` at \`abc1234\`",
    }
  `));
  it('red, with the end of what was said', () =>
    expect(linked(red)).toMatchInlineSnapshot(`
    {
      "agent": "no network",
      "buttons": [],
      "loud": false,
      "text": "⚠️ **site** is linked, and its base branch is not green.
    Image layer built in 41 s.
    Setup filled the cache in 8.0 s.
    Checks red: \`npm ci\` at \`abc1234\`",
    }
  `));
  it('not read at all', () =>
    expect(linked({ project, problem: '/srv/site.git has no branch main.', steps: [], check: null, lacks: [] }))
      .toMatchInlineSnapshot(`
      {
        "buttons": [],
        "loud": false,
        "text": "⚠️ **site** is linked, but its base branch could not be read:
      /srv/site.git has no branch main.",
      }
    `));
  it('what is not supported yet, and what to do', () =>
    expect(linked({ ...green, steps: [], lacks: ['lfs', 'submodules', 'services'] }).text).toMatchInlineSnapshot(`
      "🔗 **site** is linked.
      Checks green: \`npm test\` at \`abc1234\`
      Git LFS is not supported yet: agents and tests see the small pointer files. Keep what the tests need in git itself.
      Submodules are not supported yet: their folders stay empty for agents and tests. Put the code into this repository, or fetch it in setup.
      Services are not supported yet: nothing of the compose file is started for agents and tests. Install what the tests need in the image layer, and let the tests start it."
    `));
});

it('says how far an environment is', () => {
  const said = (['layer', 'cache', 'setup'] as const).flatMap((step) => [
    remarkText({ step, ms: null }),
    remarkText({ step, ms: 2_345 }),
  ]);
  expect(said).toMatchInlineSnapshot(`
    [
      "builds the project's image layer",
      "image layer built in 2.3 s",
      "runs setup to fill the cache",
      "setup filled the cache in 2.3 s",
      "runs setup in its checkout",
      "setup done in 2.3 s",
    ]
  `);
  expect(remarkText('reads README.md')).toBe('reads README.md');
});
