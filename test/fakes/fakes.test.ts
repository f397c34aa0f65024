import { SessionId, TaskId, ProjectId } from '../../src/chain/ids.ts';
import type { Head } from '../../src/chain/ids.ts';
import type { SessionSpec, Taken } from '../../src/chain/ports.ts';
import { roles } from '../../src/chain/roles.ts';
import { QUESTION, sessionsContract } from '../contract/sessions.ts';
import { validatorContract } from '../contract/validator.ts';
import { workspaceContract } from '../contract/workspace.ts';
import type { Deed } from '../contract/workspace.ts';
import { fakeSessions } from './sessions.ts';
import { fakeValidator } from './validator.ts';
import { fakeWorkspace, headOf } from './workspace.ts';

const task = TaskId.parse('t0123456789');
const project = ProjectId.parse('site');
const nothing = async (): Promise<void> => {};

const spec = (n: number): SessionSpec => ({
  session: SessionId.parse(`${task}-coder-${n}`),
  task,
  project,
  role: 'coder',
  settings: roles.coder.settings,
  leg: 1,
  prompt: 'Do it.',
  files: {},
  transcripts: [],
  allowed: [],
  asks: false,
  tools: {},
  handoff: {},
  budget: null,
  checkout: { tree: 'tree-1', branch: 'signalbox/x', head: headOf('base'), access: 'write' },
});

sessionsContract('fake', async () => {
  const fake = fakeSessions();
  return {
    controller: () => fake,
    allow: (hosts) => void (fake.hosts = hosts),
    reaches: async (session) => fake.reaches(session),
    spec,
    works: async (session) => void (await fake.began(session)),
    refuse: async (session) => fake.end(session, { kind: 'refused', why: 'overloaded', text: 'busy', until: null }),
    // There is no container to lose.
    lose: nothing,
    finish: async (session, handoff) => fake.end(session, { kind: 'ended', handoff, text: '' }),
    ask: async (session) => fake.say(session, { kind: 'asked', n: 5, about: 'question', parts: [QUESTION] }),
    type: async (session, text) => fake.say(session, { kind: 'typed', n: 7, text }),
    conversations: async (session) => fake.begun.filter((spec) => spec.session === session && spec.leg === 1).length,
    heard: async (session) => fake.told(session),
    isRunning: async (session) => fake.running().includes(session),
    leaves: async (session, name, text) =>
      fake.leave(session, { files: [{ id: text, name, size: text.length }], left: [] }),
    keep: async (text) => text,
    reads: async (session, name) => fake.reads(session, name),
    budget: async (session) => fake.budgetOf(session),
    leave: nothing,
  };
});

workspaceContract('fake', async () => {
  const workspace = fakeWorkspace();
  return {
    workspace,
    project,
    task,
    async worked(_tree, head, deeds) {
      workspace.work = () => found(head, deeds);
    },
    async meddle(how) {
      if (how === 'deletes the mirror') workspace.commits.clear();
      else workspace.branches.set(task, workspace.base);
    },
    leave: nothing,
  };
});

function found(head: Head, deeds: readonly Deed[]): Taken {
  if (deeds.includes('leaves a file')) return { kind: 'uncommitted', paths: ['left.txt'] };
  if (deeds.includes('rewrites')) return { kind: 'rewritten' };
  if (deeds.includes('commits elsewhere')) return { kind: 'elsewhere', branch: 'other' };
  const commits = deeds.filter((deed) => deed === 'commits').length;
  return commits > 0 ? { kind: 'taken', head: headOf(head, commits), commits } : { kind: 'nothing' };
}

validatorContract('fake', async () => {
  const validator = fakeValidator();
  return {
    validator,
    project,
    task,
    test: 'npm test',
    async change(outcome) {
      validator.outcome = () => outcome;
      return { base: headOf('base'), head: headOf(outcome) };
    },
    leave: nothing,
  };
});
