import type { Ends } from '../../src/chain/hold.ts';
import type { SessionEnd } from '../../src/chain/ports.ts';
import { roles } from '../../src/chain/roles.ts';
import type { Task } from '../../src/chain/task.ts';
import type { Scenario } from './drive.ts';
import { hostsOf } from './ports.ts';
import type { World } from './world.ts';

type Entry = {
  readonly source: string | null;
  readonly settles: string | null;
  readonly event: { readonly is: string; readonly account?: string; readonly what?: string; readonly dollars?: number };
  readonly effects: readonly unknown[];
};
type Rule = (end: { world: World; scenario: Scenario; tasks: readonly Task[] }) => readonly string[];

/** What must hold when nothing more happens, whatever happened before. A sentence for each rule that was broken. */
export function brokenAtTheEnd(world: World, scenario: Scenario, tasks: readonly Task[]): readonly string[] {
  const end = { world, scenario, tasks };
  const rules = [
    ended,
    mergedOnce,
    lockedMeans,
    kept,
    toldOnce,
    settled,
    resumedOnce,
    answeredOnce,
    cleared,
    chosen,
    admitted,
    linkedOnce,
    within,
  ];
  return rules.flatMap((rule) => rule(end));
}

/** No task stands still without a next step, and each holds its slot no longer than it works. */
const ended: Rule = ({ world, scenario, tasks }) => {
  const missing = Object.keys(scenario.ends).filter((slug) => !tasks.some((task) => task.slug === slug));
  return [
    ...missing.map((slug) => `there is no task ${slug}`),
    ...tasks.flatMap(({ slug, phase, slot }) => {
      const allowed = scenario.ends[slug];
      if (!allowed) return [`nobody asked for a task ${slug}`];
      if (phase.at === 'held' && waitsForNothing(phase.ends, world))
        return [`${slug} waits for what never comes: ${phase.reason}`];
      if (!allowed.includes(phase.at))
        return [`${slug} ended ${phase.at}${'reason' in phase ? `: ${phase.reason}` : ''}`];
      return slot === null ? [] : [`${slug} is over and has a slot`];
    }),
  ];
};

/** Time passes, and an account that is open has told everybody. */
const waitsForNothing = (ends: Ends, { shut }: World): boolean =>
  ends.by === 'time' || ends.by === 'day' || (ends.by === 'account' && !(ends.account in shut));

/** At most one merge of a change, of a head that was shown to a person, on a base that it was green on. */
const mergedOnce: Rule = ({ world, scenario }) => {
  const merges = Object.values(world.merges);
  const wanted = scenario.merges ?? merges.length;
  return [
    ...(merges.length === wanted ? [] : [`${merges.length} merges instead of ${wanted}`]),
    ...merges.flatMap(({ head, base }) => [
      ...(world.checks[`${head} ${base}`]?.outcome === 'green' ? [] : [`${head} was merged onto ${base} unseen`]),
      ...(Object.values(world.told).some((told) => ASKS.includes(told.kind) && told.head === head)
        ? []
        : [`${head} was merged and no person was shown it`]),
    ]),
  ];
};
const ASKS: readonly string[] = ['held-for-review', 'approved'];

const lockedMeans: Rule = ({ world }) =>
  Object.keys(world.whileLocked).map((what) => `${what} began while it was locked`);

/** What was acknowledged is in a journal, once. */
const kept: Rule = ({ world }) => {
  const sources = entriesOf(world).flatMap(({ source }) => source ?? []);
  const twice = sources.filter((source, n) => sources.indexOf(source) !== n);
  return [
    ...twice.map((source) => `${source} was journaled twice`),
    ...Object.entries(world.deeds).flatMap(([name, deed]) => {
      const had = deed.sources.some((source) => sources.includes(source));
      return deed.answer === 'accepted' && !had ? [`${name} was accepted and is in no journal`] : [];
    }),
  ];
};

/** The end is told once, and one task rings for each time that an account was shut. */
const toldOnce: Rule = ({ world, tasks }) => {
  const told = Object.values(world.told);
  const shuts = Object.values(world.record).filter(({ is }) => is === 'shut').length;
  const rings = told.filter(
    ({ kind, loud, key }) => kind === 'held' && loud && effectOf(world, key).includes('"by":"account"'),
  );
  return [
    ...(rings.length <= shuts ? [] : [`${rings.length} alerts for ${shuts} times that an account was shut`]),
    ...tasks.flatMap(({ id, slug, phase }) => {
      if (phase.at !== 'merged' && phase.at !== 'stopped') return [];
      const times = told.filter(
        ({ task, kind }) => task === `task-${id}` && (kind === phase.at || kind === 'elsewhere'),
      );
      return times.length === 1 ? [] : [`${slug} was told ${times.length} times that it is ${phase.at}`];
    }),
  ];
};

/** Every effect that was asked for has its outcome. */
const settled: Rule = ({ world }) => {
  const done = new Set(entriesOf(world).map(({ settles }) => settles));
  const open = Object.entries(world.streams).flatMap(([name, { entries }]) =>
    entries.flatMap((text, n) =>
      (JSON.parse(text) as Entry).effects.flatMap((effect, k) => {
        const id = `${name}:${n + 1}:${k}`;
        return done.has(id) ? [] : [`${id} has no outcome: ${JSON.stringify(effect).slice(0, 120)}`];
      }),
    ),
  );
  return open;
};

/** A conversation goes on only after a leg that was cut off, or once for each time that a person changes what it wrote; and nothing runs on for a task that is over. */
const resumedOnce: Rule = ({ world, tasks }) =>
  Object.entries(world.sessions).flatMap(([name, { leg, end, task, role, requests }]) => {
    // One that was not to begin, and did not.
    if (end?.kind === 'stopped' && requests === 0) return [];
    const before = world.sessions[name.replace(/#\d+$/, `#${leg - 1}`)];
    const phase = tasks.find(({ id }) => id === task)?.phase.at;
    return [
      ...(leg > 1 &&
      before?.end &&
      isDone(before.end) &&
      !(role === 'brainstormer' && wrote(world, name) <= changed(world, task))
        ? [`${name} goes on with what had ended`]
        : []),
      ...(end === null && phase !== 'working' ? [`${name} runs and its task is ${phase}`] : []),
    ];
  });

/** How often a person had the requirements changed, and said how. */
const changed = ({ streams }: World, task: string): number =>
  (streams[`task-${task}`]?.entries ?? []).filter((text) => (JSON.parse(text) as Entry).event.is === 'change-tapped')
    .length;

/** How often a conversation came to a document before this leg. */
function wrote({ sessions }: World, name: string): number {
  const [session = '', leg] = name.split('#');
  const before = Array.from({ length: Number(leg) - 1 }, (_, n) => sessions[`${session}#${n + 1}`]?.end);
  return before.filter((end) => end && isDone(end)).length;
}

/** Who asked goes on with the answer and not without it, and is given it once; people are asked once. */
const answeredOnce: Rule = ({ world }) =>
  Object.entries(world.sessions).flatMap(([name, { leg, asked, answers, end, task }]) => {
    const next = world.sessions[name.replace(/#\d+$/, `#${leg + 1}`)];
    const given = [...answers, ...(next?.answers ?? [])];
    const stood = end?.kind === 'stopped' && (next === undefined || next.requests === 0);
    const askings = Object.values(world.told).filter(({ kind, task: of }) => kind === 'asked' && of === `task-${task}`);
    return [
      ...(asked && given.length === 0 && end !== null && !stood ? [`${name} went on without an answer`] : []),
      ...(given.length > 1 ? [`${name} was given ${given.length} answers`] : []),
      ...(askings.length > 1 ? [`${name} asked people ${askings.length} times`] : []),
    ];
  });

const isDone = (end: SessionEnd): boolean =>
  end.kind === 'ended' && !/"(blocked|plan-violation)"/.test(JSON.stringify(end.handoff));

/** A merged change leaves no branch and no folder. */
const cleared: Rule = ({ world, tasks }) =>
  tasks.flatMap(({ id, slug, phase, change }) => {
    if (phase.at !== 'merged') return [];
    const branch = change && world.changes[change.number]?.branchDeleted === true;
    return branch && world.done[`removed ${id}`] ? [] : [`${slug} is merged and left something behind`];
  });

/** A session asks on the account of its role, or on one that a person chose for its task. */
const chosen: Rule = ({ world }) =>
  Object.entries(world.sessions).flatMap(([name, { account, role, task }]) => {
    if (account === roles[role].settings.account) return [];
    const events = world.streams[`task-${task}`]?.entries.map((text) => (JSON.parse(text) as Entry).event) ?? [];
    const isChosen = events.some((event) => event.is === 'use-tapped' && event.account === account);
    return isChosen ? [] : [`${name} ran on ${account}, which nobody chose`];
  });

/** Sessions reach what was allowed last, and nothing that was taken back. */
const admitted: Rule = ({ world }) =>
  Object.keys(world.bases).flatMap((project) => {
    const [said, told] = [hostsOf(world, project), world.admitted[project] ?? ''];
    return said === told ? [] : [`sessions of ${project} may reach "${told}", and "${said}" is allowed`];
  });

/** A channel is told what came of its project, once for each environment that its base had. */
const linkedOnce: Rule = ({ world, scenario }) =>
  (scenario.linked ?? []).flatMap((name) => {
    const times = Object.values(world.news).filter(({ project }) => project === name).length;
    const most = world.done['another environment'] ? 2 : 1;
    return times >= 1 && times <= most ? [] : [`${name} was told ${times} times that it is linked`];
  });

/** No task has spent more than the config or a person let it, and none waits for what it was given. */
const within: Rule = ({ world, scenario, tasks }) =>
  tasks.flatMap(({ id, slug, phase, raised }) => {
    if (!scenario.caps) return [];
    const events = world.streams[`task-${id}`]?.entries.map((text) => (JSON.parse(text) as Entry).event) ?? [];
    const taps = events.flatMap((event) =>
      event.is === 'raise-tapped' && event.what === 'task' ? (event.dollars ?? 0) : 0,
    );
    const most = Math.max(scenario.caps.task, ...taps);
    const waits = phase.at === 'held' && phase.ends.by === 'raise' && (raised ?? 0) > phase.ends.cap;
    return [
      ...((world.spent[id] ?? 0) > most ? [`${slug} spent ${world.spent[id]} of ${most}`] : []),
      ...(waits ? [`${slug} waits for what it was given`] : []),
    ];
  });

const entriesOf = ({ streams }: World): readonly Entry[] =>
  Object.values(streams).flatMap(({ entries }) => entries.map((text) => JSON.parse(text) as Entry));

/** The effect with this id, as journaled. */
function effectOf({ streams }: World, key: string): string {
  const [stream = '', seq, n] = key.split(':');
  const text = streams[stream]?.entries[Number(seq) - 1];
  return text === undefined ? '' : JSON.stringify((JSON.parse(text) as Entry).effects[Number(n)]);
}
