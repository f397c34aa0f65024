import type { Check } from '../../src/chain/change.ts';
import type { Validator } from '../../src/chain/ports.ts';

type Work = Parameters<Validator['check']>[0];

/** Tests without a container. Failures are its fields. */
export type FakeValidator = Validator & {
  /** While set, check throws it: the engine is out of reach. */
  broken: string | null;
  /** What the tests come to, when the policy names a command. */
  outcome: (work: Work) => 'green' | 'red' | 'conflict';
  readonly checks: readonly Work[];
};

export function fakeValidator(): FakeValidator {
  const checks: Work[] = [];
  const fake: FakeValidator = {
    broken: null,
    outcome: () => 'green',
    checks,

    async check(work): Promise<Check> {
      if (fake.broken !== null) throw new Error(fake.broken);
      checks.push(work);
      const { head, base, policy } = work;
      const outcome = fake.outcome(work);
      if (outcome === 'conflict')
        return { head, base, outcome, what: 'src/index.js conflicts with the base branch.', tail: '' };
      if (policy.test === null) return { head, base, outcome: 'missing', what: 'No test command.', tail: '' };
      return { head, base, outcome, what: policy.test, tail: outcome === 'red' ? '1 test failed' : 'ok' };
    },
  };
  return fake;
}
