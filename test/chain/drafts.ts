import type { events } from './events.ts';
import type { Reached } from './samples.ts';

type Row = readonly [readonly Reached[], keyof typeof events, string];

const still = ['waiting', 'changing'] as const;
const soon = ['queuedToPlan', 'changingSoon', 'rewriting'] as const;
const all: readonly Reached[] = [...still, ...soon, 'waitingSoon'];

/** Rows of Change and Wait: what people say of the requirements until a coder begins. */
export const drafts: readonly Row[] = [
  [['queuedToPlan', 'queuedToCode'], 'wait tapped', 'held person until person: tell paused'],
  [['planning', 'askingPlanner', 'recordingPlan'], 'wait tapped', '= : tell pause-asked'],
  [
    ['queuedToPlan', 'queuedToCode', 'waiting', 'heldForApproval'],
    'change tapped',
    'held person until answer: tell paused',
  ],
  [['planning', 'askingPlanner', 'waitingSoon'], 'change tapped', 'held person until answer: halt, tell paused'],
  [['recordingPlan'], 'change tapped', '= : tell pause-asked'],
  [['changingSoon'], 'recorded', 'held person until answer: tell document, tell paused'],
  [['changingSoon'], 'recorded, asks', 'held person until answer: tell document, tell paused'],
  [['changingSoon'], 'broke: record', 'held infrastructure until time: tell held'],
  ...(['said', 'said a number'] as const).flatMap((event): Row[] => [
    [['waiting', ...soon], event, '= : tell heard'],
    [['changing'], event, 'queued resume brainstormer: tell heard'],
    [['waitingSoon'], event, '= : send'],
  ]),
  [[...still], 'resume tapped', 'verifying: verify, tell resumed'],
  [[...still], 'retry tapped', 'queued work planner: '],
  [['queuedToPlan'], 'granted', 'working planner: run planner'],
  [['rewriting'], 'granted', 'working brainstormer leg 2: run brainstormer'],
  [['queuedToPlan', 'rewriting'], 'account shut', 'held quota until account: post'],
  [['waitingSoon'], 'planner ended', 'recording: record'],
  [['waitingSoon'], 'broke: run', 'held infrastructure until time: halt, tell held'],
  [['waitingSoon'], 'back to the plan', 'queued work planner: halt, tell back'],
  [['waitingSoon'], 'back to the code', 'queued work coder: halt, tell back'],
  [[...still, 'queuedToPlan', 'rewriting'], 'back to the plan', 'queued work planner: tell back'],
  [[...still, 'queuedToPlan', 'rewriting'], 'back to the code', 'queued work coder: tell back'],
  [['waitingSoon'], 'stop tapped', 'stopped: halt, tell stopped'],
  [[...still, ...soon], 'stop tapped', 'stopped: tell stopped'],
  [['waitingSoon'], 'raise tapped', '= : allow, tell raised'],
  [[...still, ...soon], 'raise tapped', '= : tell raised'],
  [all, 'day raised', '= : raise-day, tell raised'],
  [all, 'spent much', '= : tell spent-much'],
  [all, 'handed over', '= : tell handed-over'],
  [all, 'heard now', '= : tell heard'],
  [all, 'heard late', '= : tell heard'],
  [all, 'answer heard late', '= : tell heard'],
  [all, 'refused a host', '= : tell refused'],
  [all, 'refused a host, and asks', '= : tell refused'],
];
