import type { Millis } from './ids.ts';

/** sleep resolves early when the signal aborts; it never rejects. */
export type Clock = { now(): Millis; sleep(ms: number, signal?: AbortSignal): Promise<void> };

export type Log = {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
};
