import type { FileRef } from '../../../chain/files.ts';
import type { Person } from '../../../chain/person.ts';
import type { PageFile } from '../files.ts';
import type { PageFleet } from '../fleet.ts';
import type { PageAnswer, PageList, PageThread } from '../wire.ts';

/** What the console answered: what was asked for, or a sentence. `gone`: there was no answer at all. */
export type Answered<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number; readonly sentence: string };

async function ask<T>(method: string, path: string, body?: object): Promise<Answered<T>> {
  const init: RequestInit = { method };
  if (body) Object.assign(init, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  return answered(() => fetch(path, init));
}

async function answered<T>(asks: () => Promise<Response>): Promise<Answered<T>> {
  try {
    const answer = await asks();
    const said = (await answer.json()) as T & { error?: string };
    if (answer.ok) return { ok: true, value: said };
    return { ok: false, status: answer.status, sentence: said.error ?? `The console answered ${answer.status}.` };
  } catch {
    return { ok: false, status: 0, sentence: 'The console does not answer just now.' };
  }
}

export const signIn = (key: string): Promise<Answered<{ you: Person }>> => ask('POST', '/api/session', { key });
export const signOut = (): Promise<Answered<unknown>> => ask('DELETE', '/api/session');
export const threads = (): Promise<Answered<PageList>> => ask('GET', '/api/threads?as=page');
export const thread = (id: string): Promise<Answered<PageThread>> =>
  ask('GET', `/api/threads/${encodeURIComponent(id)}?as=page`);
export const fleet = (): Promise<Answered<PageFleet>> => ask('GET', '/api/fleet');
export const file = (seq: number): Promise<Answered<PageFile>> => ask('GET', `/api/messages/${seq}/file?as=page`);

export async function upload(file: File): Promise<Answered<FileRef>> {
  const headers = { 'Content-Type': 'application/octet-stream' };
  const init = { method: 'POST', headers, body: file };
  return answered(() => fetch(`/api/files?name=${encodeURIComponent(file.name)}`, init));
}

const TRIES_MS = [300, 1_000, 2_000, 4_000];

/** Something a person did. Sent again while nobody answers: its source makes it one. A refusal is an answer. */
export async function input(body: object, waits: (ms: number) => Promise<void> = sleep): Promise<Answered<PageAnswer>> {
  for (let n = 0; ; n += 1) {
    const answered = await ask<PageAnswer>('POST', '/api/inputs?as=page', body);
    const again = !answered.ok && (answered.status === 0 || (answered.status >= 500 && n < TRIES_MS.length));
    if (!again) return answered;
    await waits(TRIES_MS[Math.min(n, TRIES_MS.length - 1)] ?? 0);
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
