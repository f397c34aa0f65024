import type { Command } from '../chain/commands.ts';
import type { Press } from './buttons.ts';

/** What a press asks for. */
export function commandOf(press: Press): Command {
  switch (press.act) {
    case 'answer':
      return { name: 'answer', ask: press.ask, part: press.part, pick: press.pick };
    case 'once':
    case 'refuse':
      return { name: 'answer', ask: press.ask, part: 1, pick: press.act === 'once' ? 1 : 2 };
    case 'merge':
      return { name: 'merge', head: press.head, second: false };
    case 'merge2':
      return { name: 'merge', head: press.head, second: true };
    case 'approve':
      return { name: 'approve', head: press.head, plan: null };
    case 'use':
      return { name: 'use', account: press.account };
    case 'allow':
    case 'keep':
      return { name: press.act, place: press.place };
    case 'interrupt':
      return { name: 'interrupt', message: press.message };
    case 'change':
    case 'wait':
      return { name: press.act, draft: press.draft };
    case 'raise':
      return { name: 'raise', what: 'task', day: null, dollars: press.dollars };
    case 'raiseday':
      return { name: 'raise', what: 'day', day: press.day, dollars: press.dollars };
    case 'make':
      return { name: 'make', offer: press.offer };
    case 'plan':
      return { name: 'approve', head: null, plan: press.head };
    case 'retry':
    case 'resume':
      return { name: press.act, holds: press.holds };
    case 'stop':
    case 'sendback':
    case 'status':
    case 'diff':
    case 'findings':
      return { name: press.act };
  }
}
