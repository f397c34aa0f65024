import type { Evidence, TaskEntry } from './evidence.ts';
import { wordsOf } from './person.ts';

/** Something that must be so after a demo. `wrong`: in what way it is not; null when it is. */
export type Check = { readonly sentence: string; readonly wrong: string | null };

/** Judges a demo by what it left behind. `quota`: whether the coder's account was rejected on the way. */
export function checksOf(evidence: Evidence, quota: boolean): readonly Check[] {
  const { kills } = evidence;
  const struck: Check = {
    sentence: `all ${kills.wanted} kills happened`,
    wrong: kills.done.length === kills.wanted ? null : `${kills.done.length} did`,
  };
  return [
    merged(evidence),
    squash(evidence),
    saidSo(evidence),
    toldOnce(evidence),
    shownOnce(evidence),
    seenWhole(evidence),
    oneConversation(evidence),
    nothingLeft(evidence),
    ...(kills.wanted > 0 ? [struck] : []),
    ...(quota ? [oneAlert(evidence), noRequest(evidence), oneResume(evidence)] : []),
  ];
}

function merged({ ending }: Evidence): Check {
  return { sentence: 'the task is merged', wrong: ending.state === 'merged' ? null : `it is ${ending.state}` };
}

/** One squash on what was there before, which names the change, and the head that was tapped. */
function squash({ commits, ending }: Evidence): Check {
  const sentence = 'main has one new commit: a squash that names the change and the head that was tapped';
  const [commit] = commits;
  if (commit === undefined || commits.length !== 1) return { sentence, wrong: `it has ${commits.length}` };
  if (commit.parents.length !== 1) return { sentence, wrong: `${commit.id} has ${commit.parents.length} parents` };
  const trailers = /\n\nSignalbox-Change: \d+\nSignalbox-Head: ([0-9a-f]{40})$/.exec(commit.message);
  if (trailers === null) return { sentence, wrong: `${commit.id} ends without our trailers` };
  return { sentence, wrong: trailers[1] === ending.head ? null : `it names ${trailers[1]}, tapped was ${ending.head}` };
}

function saidSo({ commits, ending, messages }: Evidence): Check {
  const sentence = 'the thread and the card name that commit';
  const id = commits[0]?.id ?? 'none';
  if (ending.merged !== id) return { sentence, wrong: `the card names ${ending.merged}, on main is ${id}` };
  const telling = messages.filter(({ message }) => message.text.startsWith('✅ merged'));
  const named = telling.length === 1 && telling[0]?.message.text.includes(id.slice(0, 7));
  return { sentence, wrong: named ? null : `${telling.length} messages tell a merge, on main is ${id}` };
}

/** The key of a message ends in the id of the effect that asked for it, and the place. */
const keyed = /^tell:[0-9a-f]{12}:(.+?:\d+:\d+):/;

/** What the chain set out to tell and what the thread was told are the same: nothing lost, nothing twice, nothing made up. */
function toldOnce({ ending, journal, keys }: Evidence): Check {
  const sentence = 'each message that the chain journaled is in the thread, once';
  const wanted = journal.flatMap(({ effects }, at) =>
    effects.flatMap((effect, n) => (effect.do === 'tell' ? [`task-${ending.task}:${at + 1}:${n}`] : [])),
  );
  const told = keys.map((key) => keyed.exec(key)?.[1] ?? key);
  const lost = wanted.filter((id) => !told.includes(id));
  const more = told.filter((id, at) => !wanted.includes(id) || told.indexOf(id) !== at);
  const words = [...lost.map((id) => `${id} is not told`), ...more.map((id) => `${id} is told once too often`)];
  return { sentence, wrong: words.length === 0 ? null : words.join('; ') };
}

/**
 * No two messages say the same, unless the chain was there twice: what made it tell them are different outcomes, or different words of
 * people, and each of those was taken once.
 */
function shownOnce({ journal, messages }: Evidence): Check {
  const sentence = 'no message repeats another';
  const texts = messages.map(({ message }) => wordsOf(message));
  const repeated = texts.filter((text, at) => texts.indexOf(text) !== at);
  const taken = journal.flatMap((entry) => entry.settles ?? []);
  const twice = taken.filter((id, at) => taken.indexOf(id) !== at);
  const reasons = reasonsOf(journal);
  const unfounded = reasons.filter((reason, at) => reasons.indexOf(reason) !== at);
  if (twice.length > 0) return { sentence, wrong: `${twice.join(', ')} came twice` };
  if (unfounded.length > 0) return { sentence, wrong: `told twice for one cause: ${unfounded.join('; ')}` };
  // The same words, for another cause each: only what can happen again may say so again.
  const wrong = repeated.filter((text) => !/^(▶️|⏸|🔁|🧪|🤝)/u.test(text));
  return { sentence, wrong: wrong.length === 0 ? null : `again: ${wrong.map(firstLine).join('; ')}` };
}

/** Each telling with what caused it: the outcome or input of its entry. */
function reasonsOf(journal: readonly TaskEntry[]): readonly string[] {
  return journal.flatMap(({ settles, source, event, effects }) => {
    const cause = settles ?? source ?? JSON.stringify(event);
    return effects.flatMap((effect) =>
      effect.do === 'tell' ? [`${JSON.stringify(effect['notice'])} because of ${cause}`] : [],
    );
  });
}

/** Over all the connections that broke, the person saw the thread as it is. */
function seenWhole({ ending, messages }: Evidence): Check {
  const sentence = 'what was seen as it came is what is there to be read';
  const now = messages.map(({ seq, message }) => `${seq} ${wordsOf(message)}`);
  const then = ending.heard.map(({ id, text }) => `${id} ${text}`);
  const odd = [...now.filter((one) => !then.includes(one)), ...then.filter((one) => !now.includes(one))];
  const same = odd.length === 0 && now.length === then.length;
  return { sentence, wrong: same ? null : `${odd.map(firstLine).join('; ') || 'something'} differs` };
}

/** No role had to begin anew: whatever was killed, its conversation went on. */
function oneConversation({ sessions }: Evidence): Check {
  const sentence = 'each role had one conversation';
  const again = sessions.filter((name) => !name.endsWith('-1'));
  return { sentence, wrong: again.length === 0 ? null : `begun anew: ${again.join(', ')}` };
}

function nothingLeft({ left }: Evidence): Check {
  const sentence = 'no container, way out, checkout or branch is left';
  return { sentence, wrong: left.length === 0 ? null : left.join(', ') };
}

function oneAlert({ messages, shut }: Evidence): Check {
  const sentence = 'one alert, with the time of the reset';
  const alerts = messages.filter(({ message }) => message.loud && message.text.startsWith('⏸'));
  if (alerts.length !== 1) return { sentence, wrong: `there are ${alerts.length}` };
  const time = shut?.until ? new Date(shut.until).toISOString().slice(11, 16) : 'no time';
  const named = alerts[0]?.message.text.includes(`Resumes ${time} UTC`);
  return { sentence, wrong: named ? null : `it does not name ${time}: ${alerts[0]?.message.text}` };
}

/** Counted at the model: whatever was rejected, nothing of that account came until its window was open again. */
function noRequest({ asked }: Evidence): Check {
  const sentence = 'no model request of the account while it was held, counted at the model';
  const rejected = asked.find(({ resetsAt }) => resetsAt !== null);
  if (rejected === undefined) return { sentence, wrong: 'the account was never rejected' };
  const early = asked.filter(
    ({ api, at }) => api === rejected.api && at > rejected.at && at < (rejected.resetsAt ?? Infinity),
  );
  return { sentence, wrong: early.length === 0 ? null : `${early.length} came before the reset` };
}

/** The same conversation went on, once: at the model somebody spoke in it one time more, and the session had one leg more. */
function oneResume({ asked, messages, legs }: Evidence): Check {
  const sentence = 'one resume, in the same conversation';
  const rejected = asked.find(({ resetsAt }) => resetsAt !== null);
  if (rejected === undefined) return { sentence, wrong: 'the account was never rejected' };
  const after = asked.filter(({ role, at }) => role === rejected.role && at > rejected.at);
  const others = after.filter(({ conversation }) => conversation !== rejected.conversation);
  const turns = Math.max(0, ...after.map((one) => one.turns)) - rejected.turns;
  const told = messages.filter(({ message }) => message.text.startsWith('▶️')).length;
  if (after.length === 0) return { sentence, wrong: 'it never went on' };
  if (others.length > 0) return { sentence, wrong: `${others.length} requests in another conversation` };
  if (legs !== 2 || told !== 1) return { sentence, wrong: `${legs} legs, told ${told} times` };
  return { sentence, wrong: turns === 1 ? null : `somebody spoke ${turns} times in it` };
}

const firstLine = (text: string): string => text.split('\n', 1).join('').slice(0, 120);
