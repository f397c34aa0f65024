import type { events } from './events.ts';
import type { Reached } from './samples.ts';

/** Rows of questions, and of what is said when a task is over. */
export const talks: readonly (readonly [readonly Reached[], keyof typeof events, string])[] = [
  [['merged', 'stopped', 'stoppedEarly', 'askingOver'], 'said', '= : tell offer'],
  [['answering'], 'said', '= : send'],
  [['answering'], 'stop tapped', 'stopped: halt, tell talk-over, clear'],
  [['answering'], 'answerer ended', 'held talk until words: tell answer'],
  [['heldForWords'], 'said', 'queued resume answerer: tell heard'],
  [['heldForWords'], 'stop tapped', 'stopped: tell talk-over, clear'],
  [['heldForWords'], 'hold ended', 'stopped: tell talk-over, clear'],
  [['heldForWords'], 'retry tapped', 'queued work answerer: '],
  [['answering', 'heldForWords'], 'heard now', '= : tell heard'],
  [['answering', 'heldForWords'], 'heard late', '= : tell heard'],
  [['answering', 'heldForWords'], 'refused a host', '= : tell refused'],
  [['answering', 'heldForWords'], 'handed over', '= : tell handed-over'],
  [['answering'], 'broke: run', 'held infrastructure until time: halt, tell held'],
  [['merged', 'stopped', 'stoppedEarly', 'askingOver'], 'said a number', '= : tell offer'],
  [['answering'], 'said a number', '= : send'],
  [['heldForWords'], 'said a number', 'queued resume answerer: tell heard'],
  [['answering', 'heldForWords'], 'answer heard late', '= : tell heard'],
  [['answering', 'heldForWords'], 'refused a host, and asks', '= : tell refused'],
  [['answering'], 'raise tapped', '= : allow, tell raised'],
  [['heldForWords'], 'raise tapped', '= : tell raised'],
  [['answering', 'heldForWords'], 'day raised', '= : raise-day, tell raised'],
  [['answering', 'heldForWords'], 'spent much', '= : tell spent-much'],
];
