import type { Lack, Linking } from '../chain/linked.ts';
import { checkRow } from './cards.ts';
import { line, quoted } from './markdown.ts';
import type { Message } from './message.ts';
import { did, seconds } from './progress.ts';

const lacking: Readonly<Record<Lack, string>> = {
  lfs: 'Git LFS is not supported yet: agents and tests see the small pointer files. Keep what the tests need in git itself.',
  submodules:
    'Submodules are not supported yet: their folders stay empty for agents and tests. Put the code into this repository, or fetch it in setup.',
  services:
    'Services are not supported yet: nothing of the compose file is started for agents and tests. Install what the tests need in the image layer, and let the tests start it.',
};

/** What a channel is told when its project was set up and its base branch tested. */
export function linked({ project, problem, steps, check, lacks }: Linking): Message {
  const sign = problem === null && check?.outcome === 'green' ? '🔗' : '⚠️';
  const rows = [
    `${sign} **${line(project)}** is linked${problem !== null ? ', but its base branch could not be read:' : sign === '🔗' ? '.' : ', and its base branch is not green.'}`,
    ...(problem === null ? [] : [line(problem)]),
    ...steps.map(({ step, ms }) => `${did(step)} in ${seconds(ms)}.`),
    ...(check === null ? [] : [checkRow(check)]),
    ...lacks.map((lack) => lacking[lack]),
  ];
  const tail = check !== null && check.outcome !== 'green' ? quoted(check.tail, 'test-output.txt') : {};
  return { text: rows.join('\n'), buttons: [], loud: false, ...tail };
}
