import { afterEach, describe, expect, it } from 'vitest';
import type { Head, ProjectId, TaskId } from '../../src/chain/ids.ts';
import { Policy } from '../../src/chain/policy.ts';
import type { Validator } from '../../src/chain/ports.ts';

export type ValidatorWorld = {
  readonly validator: Validator;
  readonly project: ProjectId;
  readonly task: TaskId;
  /** A change on which `test` comes to that, and the base it is judged against. */
  change(outcome: 'green' | 'red' | 'conflict'): Promise<{ readonly base: Head; readonly head: Head }>;
  readonly test: string;
  leave(): Promise<void>;
};

export function validatorContract(name: string, enter: () => Promise<ValidatorWorld>): void {
  describe(`validator: ${name}`, () => {
    let world: ValidatorWorld;
    afterEach(() => world.leave());

    it.each(['green', 'red'] as const)('answers %s as a value, with the command that decided', async (outcome) => {
      world = await enter();
      const { validator, project, task, test } = world;
      const { base, head } = await world.change(outcome);
      const check = await validator.check({
        project,
        task,
        base,
        head,
        policy: Policy.parse({ test }),
        acceptance: [],
      });
      expect(check).toMatchObject({ head, base, outcome, what: test });
    });

    it('answers conflict with a sentence when the change does not go onto the base', async () => {
      world = await enter();
      const { validator, project, task, test } = world;
      const { base, head } = await world.change('conflict');
      const check = await validator.check({
        project,
        task,
        base,
        head,
        policy: Policy.parse({ test }),
        acceptance: [],
      });
      expect(check).toMatchObject({ head, base, outcome: 'conflict' });
      expect(check.what).toMatch(/conflict.*\.$/);
    });

    it('answers missing when nothing says how to test', async () => {
      world = await enter();
      const { validator, project, task } = world;
      const { base, head } = await world.change('green');
      const check = await validator.check({ project, task, base, head, policy: Policy.parse({}), acceptance: [] });
      expect(check).toMatchObject({ outcome: 'missing', tail: '' });
      expect(check.what).toMatch(/\.$/);
    });
  });
}
