import type { RefusedInput } from '../chain/commands.ts';
import type { Project } from '../chain/project.ts';
import { code, line } from './markdown.ts';
import { clockTime } from './phases.ts';

type Said = Pick<Project, 'hosts' | 'kept'>;

/** Where a project's coders may go, and what stays refused: one row a host, with who said so. */
export function hostRows(settings: readonly string[], { hosts, kept }: Said): readonly string[] {
  const who = ({ by, at }: Said['hosts'][number]): string => `${line(by.name, 60)}, ${clockTime(at)}`;
  return [
    ...settings.map((host) => `${code(host, 260)} may be reached: signalbox.yaml`),
    ...hosts.map((said) => `${code(said.host, 260)} may be reached: ${who(said)}`),
    ...kept.map((said) => `${code(said.host, 260)} stays refused: ${who(said)}`),
  ];
}

/** Answers `/hosts`. */
export function hostList(settings: readonly string[], said: Said, removed: string | null): string {
  const rows = hostRows(settings, said);
  return [
    ...(removed === null ? [] : [`${code(removed, 260)} is taken back. Sessions at work go by it at once.`]),
    ...(rows.length === 0 ? ['The coders of this project may go nowhere but to their model.'] : rows),
    ...(said.hosts.length + said.kept.length === 0 ? [] : ['An admin takes one back with `/hosts remove <name>`.']),
  ].join('\n');
}

type NoHost = Extract<RefusedInput, { code: 'not-asked' | 'hosts-full' | 'no-such-host' }>;

/** Why nothing was said of a host. */
export function noHost(why: NoHost): string {
  switch (why.code) {
    case 'not-asked':
      return `That was answered already. ${code('/hosts')} shows what holds; an admin takes one back with ${code('/hosts remove <name>')}.`;
    case 'hosts-full':
      return `${why.max} hosts are allowed in this project, and no more are taken. Take one back first: ${code('/hosts remove <name>')}.`;
    case 'no-such-host':
      return why.settings
        ? `${code(why.host, 260)} is in signalbox.yaml: whoever runs Signalbox takes it out there.`
        : `Nobody said anything of ${code(why.host, 260)} in this project. ${code('/hosts')} lists what was said.`;
  }
}
