import type { Desk } from './commands.ts';
import { coverLookalikes } from './lookalikes.ts';
import type { Chat, Log } from './ports.ts';

/** A text with the secrets in it covered. Pure at any moment; what was covered is not found again in it. */
export type Cover = (text: string) => string;

/** Covers nothing. */
export const bare: Cover = (text) => text;

/**
 * `known`: the secrets of this machine, which are covered wherever they turn up. `all`: these and what looks like a key, which may stand in a
 * document or a patch by right: it is covered where people write and where things are shown, never in what is committed.
 */
export type Covers = { readonly known: Cover; readonly all: Cover };

export const coversOf = (known: Cover): Covers => ({ known, all: (text) => coverLookalikes(known(text)) });

/** A JSON value with every text in it covered; the very same where nothing was to be. */
export function everywhere<T>(value: T, cover: Cover): T {
  if (cover === bare) return value;
  return within(value, cover) as T;
}

function within(value: unknown, cover: Cover): unknown {
  if (typeof value === 'string') return cover(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => within(item, cover));
    return items.every((item, n) => item === value[n]) ? value : items;
  }
  if (value === null || typeof value !== 'object') return value;
  const before = Object.entries(value);
  const after = before.map(([key, item]) => [key, within(item, cover)] as const);
  return after.every(([, item], n) => item === before[n]?.[1]) ? value : Object.fromEntries(after);
}

/**
 * Everything that goes to people. The hunks that an admin decides by are shown as they are, or a change could hide lines under what looks
 * like a key; the secrets of this machine are covered in them already, since they are in the journal.
 */
export function coveredChat(chat: Chat, { all }: Covers): Chat {
  return {
    open: (key, place, card) => chat.open(key, place, everywhere(card, all)),
    tell(key, thread, notice) {
      const shown = everywhere(notice, all);
      return chat.tell(
        key,
        thread,
        notice.kind === 'confirm' && shown.kind === 'confirm' ? { ...shown, patch: notice.patch } : shown,
      );
    },
    card: (thread, card, spent) => chat.card(thread, everywhere(card, all), spent),
    announce: (key, place, news) => chat.announce(key, place, everywhere(news, all)),
    show: (thread, remark) => chat.show(thread, everywhere(remark, all)),
  };
}

/** Everything that comes from people, before it is judged and journaled. */
export const coveredDesk = (desk: Desk, { all }: Covers): Desk => ({
  accept: (input) => desk.accept({ ...input, command: everywhere(input.command, all) }),
});

export const coveredLog = (log: Log, { all }: Covers): Log => ({
  info: (message, facts) => log.info(all(message), facts && everywhere(facts, all)),
  error: (message, facts) => log.error(all(message), facts && everywhere(facts, all)),
});
