import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    // Tests start containers, browsers and agent CLIs: two files at once is what two cores carry.
    maxWorkers: 2,
    testTimeout: 180_000,
    // Waiting ends with the test, not before: a busy machine is no failure.
    expect: { poll: { timeout: 170_000 } },
    hookTimeout: 180_000,
    // A container is stopped in an afterAll hook; cutting it short would leave one behind.
    teardownTimeout: 30_000,
  },
});
