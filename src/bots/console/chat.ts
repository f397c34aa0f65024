import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Beside } from '../../chain/instead.ts';
import type { Chat, Clock, Thread as Place } from '../../chain/ports.ts';
import type { Task } from '../../chain/task.ts';
import { card as cardOf, threadName } from '../cards.ts';
import { clean, shorten } from '../markdown.ts';
import { linked } from '../news.ts';
import { notice as noticeOf } from '../notices.ts';
import { asks } from '../phases.ts';
import { remarkText, writingText } from '../progress.ts';
import type { Activity } from './activity.ts';
import type { Entry } from './entry.ts';
import type { Thread } from './threads.ts';
import type { Look, Timeline } from './timeline.ts';

export const PLATFORM = 'console';

/** So much of what an agent says just now is shown while it says it. */
const REMARK_MAX = 4_000;

/** The Chat port over the console's timeline. */
export function consoleChat(timeline: Timeline, activity: Activity, clock: Clock, beside: Beside): Chat {
  const opening = (channel: string, thread: string, task: Task): Entry => ({
    is: 'thread',
    key: `open:${thread}`,
    at: clock.now(),
    thread,
    channel,
    task: task.id,
    project: task.project,
    title: task.title,
    name: threadName(task),
    state: stateOf(task),
    card: cardOf(task, beside),
  });
  return {
    async open(key, { channel }, task) {
      const thread = threadId(key, channel);
      await timeline.add(() => opening(channel, thread, task));
      return { platform: PLATFORM, channel, thread };
    },

    async tell(key, place, notice) {
      await timeline.add((look) => {
        const subject = known(look, place);
        const { thread } = subject;
        if (notice.kind === 'spoke') activity.whole(thread);
        const message = noticeOf(subject, notice, beside);
        return { is: 'message', key: `tell:${thread}:${key}`, at: clock.now(), thread, message };
      });
    },

    async card(place, task, spent) {
      const shown = {
        title: task.title,
        name: threadName(task),
        state: stateOf(task),
        card: cardOf(task, beside, spent),
      };
      await timeline.add((look) => {
        // A stream that was damaged was moved away: what it showed is gone, and its tasks are shown again.
        const isLost = !look(place.thread) && task.threads.some((its) => isDeepStrictEqual(its, place));
        if (isLost) return { ...opening(place.channel, place.thread, task), ...shown };
        const { thread, title, name, state, card } = known(look, place);
        if (isDeepStrictEqual({ title, name, state, card }, shown)) return null;
        return { is: 'card', key: null, at: clock.now(), thread, ...shown };
      });
    },

    async announce(key, { channel }, news) {
      const message = linked(news);
      await timeline.add(() => ({ is: 'news', key: `news:${channel}:${key}`, at: clock.now(), channel, message }));
    },

    show({ thread }, remark) {
      if (!timeline.threads.has(thread)) return;
      if (typeof remark === 'object' && 'writes' in remark) activity.write(thread, writingText(remark));
      else activity.note(thread, shorten(clean(remarkText(remark)).trim(), REMARK_MAX));
    },
  };
}

function stateOf(task: Task): Thread['state'] {
  const { phase, change } = task;
  const role = phase.at === 'working' ? phase.role : null;
  const merged = phase.at === 'merged' ? phase.commit : null;
  return { phase: phase.at, role, head: change?.head ?? null, merged, asks: [...asks(task)] };
}

/** Made of the key and the place, so that the same ones always mean the same thread. */
function threadId(key: string, channel: string): string {
  return createHash('sha256')
    .update(JSON.stringify([key, channel]))
    .digest('hex')
    .slice(0, 12);
}

function known(look: Look, place: Place): Thread {
  const thread = place.platform === PLATFORM ? look(place.thread) : undefined;
  if (!thread)
    throw new Error(`The local web chat has no thread ${place.thread} in ${place.platform}:${place.channel}.`);
  return thread;
}
