import type { Check } from './change.ts';
import { show } from './hear.ts';
import type { Others } from './perform.ts';
import type { Policy } from './policy.ts';
import { purseOf } from './purse.ts';
import type { Watch } from './watch.ts';
import { accountOwner, lockOf, projectOwner } from './yard.ts';
import type { Yard } from './yard.ts';

/** A message that could not be kept is thrown, so that it is sent again under the same key. */
const kept = (answer: { readonly kind: string; readonly reason?: string }): void => {
  if (answer.kind === 'not-kept') throw new Error(answer.reason);
};

/** What tasks ask of the streams beside them. */
export function othersOf(yard: () => Yard, watch: () => Watch): Others {
  /** One run of a base's tests at a time: who comes meanwhile shares its answer. */
  const proving = new Map<string, Promise<Check>>();
  return {
    ...purseOf(yard),
    async post(event, key) {
      if (event.is !== 'done') kept(await accountOwner(yard(), event.account).submit(event, { source: key }));
    },
    async report(event, key) {
      kept(await projectOwner(yard(), event.project).submit(event, { source: key }));
    },
    async shut(account) {
      const stream = `account-${account}`;
      if (yard().damaged.has(stream)) throw new Error(`${stream} is damaged: whether ${account} is shut is not known.`);
      const reason = (await watch().catchUp()).get(account);
      if (reason !== undefined) throw new Error(reason);
      return (yard().accountOwners.get(account)?.stream().state?.shut ?? null) !== null;
    },
    locked: () => lockOf(yard()) !== null,
    async prove({ project, id, threads }, _base, on) {
      const { workspace, validator } = yard().acts;
      const ready = await workspace.prepare(project);
      if (!ready.ok) throw new Error(ready.reason);
      const { base, policy } = ready;
      const under = commandsOf(policy);
      const known = projectOwner(yard(), project).stream().state?.proof;
      if (known?.check.base === base && known.under === under && known.check.outcome === 'green') return known.check;
      const key = `${project} ${base} ${under}`;
      const running =
        proving.get(key) ??
        validator
          .check({ project, task: id, base, head: base, policy, acceptance: [] }, (progress) => {
            on?.(progress);
            show(yard().acts, { threads }, progress);
          })
          .finally(() => proving.delete(key));
      proving.set(key, running);
      const check = await running;
      kept(await projectOwner(yard(), project).submit({ is: 'proved', project, check, under }, {}));
      return check;
    },
  };
}

const commandsOf = ({ setup, test }: Policy): string => JSON.stringify([setup, test]);
