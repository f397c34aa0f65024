import type { Mutant } from './mutant.ts';

/** How one session would shut, stop or blind what others live by. */
export const blinding: readonly Mutant[] = [
  {
    guard: 'what a login takes is not left out by a session',
    file: 'src/boundary/headers.ts',
    find: "[own, betasOf(asked) ?? '']",
    put: "[betasOf(asked) ?? '']",
    tests: ['test/boundary/passing.test.ts'],
  },
  {
    guard: "a session's words that a provider repeats shut no account for its bill",
    file: 'src/boundary/told-anthropic.ts',
    find: "startsWith('Your credit balance is too low')",
    put: "includes('Your credit balance is too low')",
    tests: ['test/boundary/told.test.ts'],
  },
  {
    guard: "a session's words that a provider repeats shut no account for its login",
    file: 'src/boundary/told-anthropic.ts',
    find: "startsWith('OAuth token has been revoked')",
    put: "includes('OAuth token has been revoked')",
    tests: ['test/boundary/told.test.ts'],
  },
  {
    guard: 'a body in ever so short pieces',
    file: 'src/boundary/body.ts',
    find: 'if (pieces > limits.bodyPieces) {',
    put: 'if (pieces < 0) {',
    tests: ['test/boundary/limits.test.ts'],
  },
  {
    guard: 'what is refused is not read on in ever so short pieces',
    file: 'src/boundary/exchange.ts',
    find: 'if (left < 0 || pieces < 0) {',
    put: 'if (left < 0) {',
    tests: ['test/boundary/limits.test.ts'],
  },
  {
    guard: 'what a session asked of its provider is counted beside any number of places',
    file: 'src/boundary/tally.ts',
    find: 'isOwn(place) || ',
    put: '',
    tests: ['test/boundary/tally.test.ts'],
  },
  {
    guard: "what a task's provider was asked for is told beside any number of places",
    file: 'src/chain/places.ts',
    find: 'if (isName(place) && names > PLACES)',
    put: 'if (task.refused.length >= PLACES)',
    tests: ['test/chain/places.test.ts'],
  },
  {
    guard: 'a value that is no word is refused, and counted',
    file: 'src/boundary/contents.ts',
    find: "!isOne(tiers, body['service_tier'])",
    put: "!tiers.includes(String(body['service_tier']))",
    tests: ['test/boundary/contents.test.ts'],
  },
  {
    guard: "no setting of a session's own takes the rules from Claude Code",
    file: 'src/runtime/agents/claude.ts',
    find: 'disableAllHooks: false,',
    put: '',
    tests: ['test/runtime/legs.test.ts'],
  },
  {
    guard: "no setting of a session's own takes the rules from Codex",
    file: 'src/runtime/agents/codex.ts',
    find: "mounts: { [REQUIREMENTS]: '/etc/codex/requirements.toml' },",
    put: 'mounts: {},',
    tests: ['test/runtime/legs.test.ts'],
  },
  {
    guard: 'a hook that is ended while it waits lets nothing through',
    file: 'src/worker/hook.sh',
    find: "trap 'exit 2' TERM INT HUP",
    put: "trap 'exit 0' TERM INT HUP",
    tests: ['test/worker/hook.test.ts'],
  },
  {
    guard: "nothing but the worker's allow lets a tool call through",
    file: 'src/worker/hook.sh',
    find: '[ "$verdict" = allow ] && exit 0',
    put: '[ "${verdict%% *}" = allow ] && exit 0',
    tests: ['test/worker/hook.test.ts'],
  },
];
