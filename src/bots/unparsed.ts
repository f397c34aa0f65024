import { code } from './markdown.ts';
import { HOW_TO_RAISE } from './money.ts';
import type { Unparsed } from './parse.ts';
import type { Answer } from './replies.ts';

export const no = (text: string): Answer => ({ ok: false, text, task: null });

/** A text that is no command. */
export function unparsed(why: Unparsed): Answer {
  switch (why.code) {
    case 'nothing-said':
      return no('That was empty. `/help` says what you can write.');
    case 'unknown-command':
      return no(
        `${code(why.word, 60)} is no command here. ${code('/help')} lists them. To tell an agent that, begin with another word.`,
      );
    case 'unknown-option':
      return no(
        `${code(why.option, 60)} is no option of ${code('/task')}. It knows \`--slug <name>\`, \`--quick\` and \`--headless\`; \`--\` ends the options.`,
      );
    case 'option-without-value':
      return no(`${code(why.option)} needs a value, e.g. \`/task --slug readme-spelling Correct the spelling\`.`);
    case 'two-modes':
      return no('`--quick` and `--headless` exclude each other. Take one.');
    case 'back-without-why':
      return no(
        '`/back` needs where to and why, e.g. `/back plan Keep the old option too`. It goes to `requirements`, `plan` or `code`.',
      );
    case 'handover-to-nobody':
      return no('`/handover` needs a person, e.g. `/handover @kim`.');
    case 'soak-what':
      return no('`/soak` takes `on` or `off`; alone it says how it is.');
    case 'raise-without-dollars':
      return no(HOW_TO_RAISE);
    case 'use-without-account':
      return no('`/use` needs the name of an account, e.g. `/use claude2`.');
    case 'hosts-otherwise':
      return no(
        `${code('/hosts')} stands alone or takes a name back, e.g. ${code('/hosts remove registry.npmjs.org')}.`,
      );
    case 'words-after':
      return no(`${code(`/${why.word}`)} stands alone. To tell the agent something, begin with another word.`);
  }
}
