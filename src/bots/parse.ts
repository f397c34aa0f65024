import type { Command } from '../chain/commands.ts';
import type { Mode } from '../chain/task.ts';
import { typed } from './words.ts';

export type Parsed = { readonly ok: true; readonly command: Command } | { readonly ok: false; readonly why: Unparsed };

/** Why a text is no command. Put into words by replies.ts. */
export type Unparsed =
  | { readonly code: 'nothing-said' }
  | { readonly code: 'unknown-command'; readonly word: string }
  | { readonly code: 'unknown-option'; readonly option: string }
  | { readonly code: 'option-without-value'; readonly option: string }
  | { readonly code: 'two-modes' }
  /** `/back` says where to and why. */
  | { readonly code: 'back-without-why' }
  /** `/use` names an account. */
  | { readonly code: 'use-without-account' }
  /** `/hosts` stands alone, or removes one. */
  | { readonly code: 'hosts-otherwise' }
  /** `/raise` names dollars. */
  | { readonly code: 'raise-without-dollars' }
  /** `/handover` names a person. */
  | { readonly code: 'handover-to-nobody' }
  /** `/soak` takes `on` or `off`. */
  | { readonly code: 'soak-what' }
  /** The command takes nothing, and something followed. */
  | { readonly code: 'words-after'; readonly word: string };

const refuse = (why: Unparsed): Parsed => ({ ok: false, why });

/** The mode of a `/task` that names none. */
const DEFAULT_MODE: Mode = 'dialogue';

/** Where a text was written, and what addresses Signalbox there, as the platform writes a mention. */
export type Written = { readonly inThread: boolean; readonly names: readonly string[] };

const IN_A_THREAD: Written = { inThread: true, names: [] };

/**
 * What a person wrote, on any platform. A text that begins with `/` is a command or a refusal, never a message; all other text is `say`,
 * whole. `/task@bot` is `/task`. In a channel a text that begins with a mention is a question, as with `/ask`, or the command that follows it;
 * in a thread it is for the agent there.
 */
export function parse(text: string, written: Written = IN_A_THREAD): Parsed {
  const trimmed = text.trim();
  if (trimmed === '') return refuse({ code: 'nothing-said' });
  const asked = written.inThread ? null : afterMention(trimmed, written.names);
  if (asked !== null) return asked.startsWith('/') ? parse(asked) : question(asked);
  if (!trimmed.startsWith('/')) return { ok: true, command: { name: 'say', text } };
  const [first = '/'] = trimmed.split(/\s/, 1);
  const rest = trimmed.slice(first.length).trim();
  const word = typed(/^\/([a-z]+)(?:@\w+)?$/i.exec(first)?.[1]?.toLowerCase() ?? '');
  switch (word) {
    case 'ask':
      return question(rest);
    case 'task':
      return task(rest);
    case 'merge':
      return alone(word, rest, { name: 'merge', head: null, second: false });
    case 'approve':
      return alone(word, rest, { name: 'approve', head: null, plan: null });
    case 'back':
      return back(rest);
    case 'use':
      return use(rest);
    case 'hosts':
      return hosts(rest);
    case 'raise':
      return raise(rest);
    case 'handover':
      return rest === '' || rest.length > 80
        ? refuse({ code: 'handover-to-nobody' })
        : { ok: true, command: { name: word, to: rest } };
    case 'soak':
      return soak(rest.toLowerCase());
    case 'help':
      return about(rest);
    case null:
      return refuse({ code: 'unknown-command', word: first });
    case 'retry':
    case 'resume':
      return alone(word, rest, { name: word, holds: null });
    default:
      return alone(word, rest, { name: word });
  }
}

const question = (idea: string): Parsed => ({ ok: true, command: { name: 'task', idea, slug: null, mode: 'ask' } });

/** What follows a mention at the beginning; null where there is none. Phones put a comma or a colon after a name. */
function afterMention(text: string, names: readonly string[]): string | null {
  const name = names.find((one) => text.toLowerCase().startsWith(one.toLowerCase()));
  const rest = name === undefined ? null : text.slice(name.length);
  // `@signalbox2` is somebody else.
  return rest === null || /^[\p{L}\p{N}_-]/u.test(rest) ? null : rest.replace(/^[\s,:]+/, '');
}

function soak(word: string): Parsed {
  if (word !== '' && word !== 'on' && word !== 'off') return refuse({ code: 'soak-what' });
  return { ok: true, command: { name: 'soak', on: word === '' ? null : word === 'on' } };
}

function about(text: string): Parsed {
  if (/\s/.test(text)) return refuse({ code: 'words-after', word: 'help' });
  return { ok: true, command: { name: 'help', about: text === '' ? null : text } };
}

function back(text: string): Parsed {
  const [, to, why] = /^(requirements|plan|code)\s+(\S[\s\S]*)$/i.exec(text) ?? [];
  if (to === undefined || why === undefined) return refuse({ code: 'back-without-why' });
  return { ok: true, command: { name: 'back', to: to.toLowerCase() as 'requirements' | 'plan' | 'code', why } };
}

/** Phones begin a name with a capital letter. */
function use(text: string): Parsed {
  if (!/^[a-z0-9-]{1,40}$/i.test(text)) return refuse({ code: 'use-without-account' });
  return { ok: true, command: { name: 'use', account: text.toLowerCase() } };
}

/** A name is compared as it was refused: in lower case, which phones do not keep to. */
function hosts(text: string): Parsed {
  if (text === '') return { ok: true, command: { name: 'hosts', remove: null } };
  const [, host] = /^remove\s+(\S{1,259})$/i.exec(text) ?? [];
  if (host === undefined) return refuse({ code: 'hosts-otherwise' });
  return { ok: true, command: { name: 'hosts', remove: host.toLowerCase() } };
}

/** `40`, `$40`, `12.50`; `day 200` is about all tasks, today. */
function raise(text: string): Parsed {
  const [, day, number] = /^(day\s+)?\$?\s?(\d{1,7}(?:\.\d{1,2})?)$/i.exec(text) ?? [];
  const dollars = Number(number ?? 0);
  if (dollars === 0) return refuse({ code: 'raise-without-dollars' });
  return { ok: true, command: { name: 'raise', what: day === undefined ? null : 'day', day: null, dollars } };
}

function alone(word: string, rest: string, command: Command): Parsed {
  return rest === '' ? { ok: true, command } : refuse({ code: 'words-after', word });
}

/** Options stand before the idea; `--` ends them. Phones turn `--` into a dash, so that counts too. */
function task(text: string): Parsed {
  let rest = text;
  let slug: string | null = null;
  let mode: Mode | null = null;
  for (;;) {
    const [all, option] = /^(?:--|[—–])(\S*)\s*/.exec(rest) ?? [];
    if (all === undefined || option === undefined) break;
    rest = rest.slice(all.length);
    if (option === '') break;
    if (option === 'slug' || option.startsWith('slug=')) {
      const [taken = '', value] =
        option === 'slug' ? (/^(?!--|[—–])(\S+)\s*/.exec(rest) ?? []) : ['', option.slice('slug='.length)];
      if (!value) return refuse({ code: 'option-without-value', option: '--slug' });
      slug = value;
      rest = rest.slice(taken.length);
    } else if (option === 'headless' || option === 'quick') {
      if (mode !== null && mode !== option) return refuse({ code: 'two-modes' });
      mode = option;
    } else {
      return refuse({ code: 'unknown-option', option: `--${option}` });
    }
  }
  return { ok: true, command: { name: 'task', idea: rest, slug, mode: mode ?? DEFAULT_MODE } };
}
