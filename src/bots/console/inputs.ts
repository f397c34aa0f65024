import { z } from 'zod';
import { takesFiles } from '../../chain/commands.ts';
import type { Command, Desk, Reply } from '../../chain/commands.ts';
import { cleanName, FileRef, FILES_MAX } from '../../chain/files.ts';
import type { TaskId } from '../../chain/ids.ts';
import type { Person } from '../../chain/person.ts';
import type { Cover } from '../../chain/covered.ts';
import type { Clock, Files, Log } from '../../chain/ports.ts';
import { pressed } from '../buttons.ts';
import { commandOf, parsePress } from '../buttons.ts';
import { clean } from '../markdown.ts';
import { parse } from '../parse.ts';
import type { Parsed } from '../parse.ts';
import { reply, unknownButton, unparsed } from '../replies.ts';
import type { Answer } from '../replies.ts';
import { pasted, withFiles } from '../sent.ts';
import type { LeftFile } from '../sent.ts';
import { PLATFORM } from './chat.ts';
import type { Said } from './entry.ts';
import type { Timeline } from './timeline.ts';

/** Chosen by the client for one thing that a person did. Sent again with the same one, it is still one thing. */
const source = z.string().regex(/^[A-Za-z0-9-]{8,64}$/, '8 to 64 letters, digits and dashes, e.g. a UUID');

/** What addresses Signalbox here. */
const MENTIONS = ['@signalbox'];

/** Body of POST /api/inputs. */
export const InputBody = z.union([
  z.strictObject({
    source,
    channel: z.string().min(1).max(100),
    thread: z.string().max(100).nullish(),
    text: z.string(),
    /** As POST /api/files answered, in order. */
    files: z
      .array(z.strictObject({ id: FileRef.shape.id, name: z.string().min(1).max(300) }))
      .max(100)
      .optional(),
  }),
  z.strictObject({ source, thread: z.string().max(100).nullish(), button: z.string().max(64) }),
]);
export type InputBody = z.infer<typeof InputBody>;

/** What the person who did it is told. `thread` is the task's in that channel, null while it is not open. */
export type InputAnswer = Answer & { readonly thread: string | null };

export type Inputs = (person: Person, body: InputBody) => Promise<InputAnswer | 'other-text'>;

type Means = {
  readonly timeline: Timeline;
  readonly desk: Desk;
  /** Covers what looks like a key before anything else looks at it. */
  readonly cover: Cover;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
};

/** What a body comes to, before the desk is asked. */
type Deed = Omit<Said, 'is' | 'key' | 'at' | 'by' | 'answer' | 'files'> & {
  readonly files: { files?: FileRef[] };
  readonly task: TaskId | null;
  readonly command: Command;
};

/**
 * Hands what people do to the desk, then puts it into the thread for all, with its receipt. Killed in between, the task has it and the
 * thread does not; the person was not answered, and sending it again with the same source puts it there.
 * `other-text`: the source was used for something else before.
 */
export function consoleInputs({ timeline, desk, cover, files, clock, log }: Means): Inputs {
  return async (person, sent) => {
    const body = 'button' in sent ? sent : { ...sent, text: cover(sent.text) };
    const isCovered = 'text' in sent && 'text' in body && sent.text !== body.text;
    const { taken, left } = await sentFiles(files, cover, body);
    const deed = deedOf(timeline, body, taken);
    const dropped: readonly LeftFile[] =
      taken.length > 0 && !('ok' in deed) && !takesFiles(deed.command)
        ? [{ why: 'no-words', count: taken.length }]
        : [];
    const warned = (answer: Answer): Answer => {
      const told = withFiles(answer, [...left, ...dropped]);
      return isCovered ? pasted(told) : told;
    };
    if ('ok' in deed) return { ...warned(deed), thread: null };
    // Scoped to the person: nobody can use up another's source, or learn by it what they said.
    const key = `${PLATFORM}:${person.id}:${body.source}`;
    const said = timeline.find(key);
    if (said?.is === 'said') return same(said, deed) ? told(timeline, said) : 'other-text';
    const { channel, thread, task, command, files: along } = deed;
    const place = { platform: PLATFORM, channel, thread };
    const at = clock.now();
    const replied = await desk.accept({ source: key, person, place, task, command, ...along });
    const answer = warned(reply(asFirst(replied, command)));
    if (!answer.ok || answer.task === null) return { ...answer, thread: null };
    const by = { id: person.id, name: person.name };
    const receipt = { text: answer.text, task: answer.task };
    const { text, button } = deed;
    const entry: Said = {
      is: 'said',
      key,
      at,
      channel,
      thread,
      by,
      text,
      ...along,
      button,
      answer: receipt,
    };
    const kept = await timeline
      .add(() => entry)
      .catch((error: Error) => {
        // The desk has it: that is what the person is told. A repeat will show it.
        log.error('what a person said is not shown', { source: key, reason: error.message });
        return entry;
      });
    return kept?.is === 'said' && !same(kept, deed) ? 'other-text' : told(timeline, entry);
  };
}

/** What of the files that a message names is here; what is not is told, and loses nothing of the message. */
async function sentFiles(
  files: Files,
  cover: Cover,
  body: InputBody,
): Promise<{ readonly taken: readonly FileRef[]; readonly left: readonly LeftFile[] }> {
  const named = 'button' in body ? [] : (body.files ?? []);
  const [taken, left]: [FileRef[], LeftFile[]] = [[], []];
  for (const { id, name: sent } of named.slice(0, FILES_MAX)) {
    const name = cleanName(cover(sent));
    const size = await files.size(id);
    if (size === null) left.push({ why: 'not-here', name });
    else taken.push({ id, name, size });
  }
  if (named.length > FILES_MAX) left.push({ why: 'too-many', count: named.length - FILES_MAX });
  return { taken, left };
}

function deedOf(timeline: Timeline, body: InputBody, sent: readonly FileRef[]): Deed | ReturnType<typeof unparsed> {
  if ('button' in body) {
    const press = parsePress(body.button);
    const thread = press && threadOf(timeline, press.task, body.thread ?? null);
    if (!press || !thread) return unknownButton;
    const { task } = press;
    return {
      channel: thread.channel,
      thread: thread.thread,
      text: pressed(press),
      button: body.button,
      task,
      command: commandOf(press),
      files: {},
    };
  }
  // Files say something without a word.
  const parsed: Parsed =
    sent.length > 0 && body.text.trim() === ''
      ? { ok: true, command: { name: 'say', text: '' } }
      : parse(body.text, { inThread: timeline.threads.has(body.thread ?? ''), names: MENTIONS });
  if (!parsed.ok) return unparsed(parsed.why);
  const { command } = parsed;
  const files = sent.length > 0 && takesFiles(command) ? { files: [...sent] } : {};
  // A thread says by itself which channel it is in; one that is not there is none.
  const { thread, channel } = timeline.threads.get(body.thread ?? '') ?? { thread: null, channel: body.channel };
  return { channel, thread, text: clean(body.text).trim(), button: null, task: null, command, files };
}

/** The thread of the task where the button was pressed; where the client does not say, the first. */
function threadOf(
  timeline: Timeline,
  task: TaskId,
  thread: string | null,
): { channel: string; thread: string } | undefined {
  return [...timeline.threads.values()].find((one) => one.task === task && (thread === null || one.thread === thread));
}

/** A repeat is answered as it was the first time. */
function asFirst(replied: Reply, command: Command): Reply {
  return replied.kind === 'repeated' ? { kind: 'accepted', task: replied.task, command: command.name } : replied;
}

function same(said: Said, { channel, thread, text, button, files }: Deed): boolean {
  const isSent = JSON.stringify(said.files) === JSON.stringify(files.files);
  return said.channel === channel && said.thread === thread && said.text === text && said.button === button && isSent;
}

function told(timeline: Timeline, { channel, answer }: Said): InputAnswer {
  const opened = [...timeline.threads.values()].find((one) => one.task === answer.task && one.channel === channel);
  return { ok: true, ...answer, thread: opened?.thread ?? null };
}
