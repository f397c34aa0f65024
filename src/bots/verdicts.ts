import type { Answer, Verdict } from '../chain/verdict.ts';
import { line } from './markdown.ts';

/** What stands in the way, and what a tap can do about it. */
export function reasons(verdict: Verdict): readonly string[] {
  return verdict.answers.filter(({ says }) => says === 'hold' || says === 'block').map((answer) => row(answer));
}

/** What stands behind a verdict beside its reasons: gates that passed, and those that nobody configured. */
export function passes(verdict: Verdict): readonly string[] {
  return verdict.answers.filter(({ says }) => says === 'pass' || says === 'unset').map((answer) => row(answer));
}

function row({ says, yields, sentence }: Answer): string {
  const words = line(sentence);
  switch (says) {
    case 'pass':
      return `✓ ${words}`;
    case 'unset':
      return `– ${words}`;
    case 'block':
      return `⛔ ${words}`;
    case 'hold':
      return yields === 'nobody' ? `✋ ${words} (no tap overrides this)` : `✋ ${words}`;
  }
}
