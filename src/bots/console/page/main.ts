import { render } from 'lit-html';
import type { Acts } from './acts.ts';
import * as api from './api.ts';
import { placeKey } from './composer.ts';
import { follow } from './feed.ts';
import * as ringing from './ring.ts';
import { keepEnd } from './scroll.ts';
import {
  connected,
  happened,
  listed,
  nothing,
  opened,
  opening,
  press,
  remarked,
  sentence,
  sent,
  sending,
  wrote,
} from './state.ts';
import type { State } from './state.ts';
import { wide } from './thread.ts';
import { page, placeOf, signInView } from './views.ts';

/** What the page knows, and the one place where that changes. */
let state: State = {
  ...nothing,
  drafts: new Map(JSON.parse(sessionStorage.getItem('drafts') ?? '[]') as [string, string][]),
};
let retry = (): void => undefined;
let painting = false;
/** The task that was begun here and has no thread yet. */
let awaited: string | null = null;

function set(next: State): void {
  state = next;
  if (painting) return;
  painting = true;
  // A page that nobody looks at has no frames, and rings all the same.
  if (document.hidden) setTimeout(paint, 50);
  else requestAnimationFrame(paint);
}

const root = document.querySelector<HTMLElement>('#app');

function paint(): void {
  painting = false;
  if (!root || state.signedIn === null) return;
  root.querySelector(':scope > .starting')?.remove();
  const place = placeOf(location.pathname);
  if (!state.signedIn) render(signInView(state, acts), root);
  else {
    ringing.see(state, place);
    keepEnd(root, state.open?.thread?.thread ?? null, () => render(page(state, place, ringing.unread, acts), root));
  }
  document.title = state.signedIn ? ringing.title(state, place) : 'Signalbox';
}

/** A refusal of a request: shown, or the way back to the key. */
function refused({ status, sentence: text }: { readonly status: number; readonly sentence: string }): void {
  set({ ...state, answer: sentence(text), signedIn: status === 401 ? false : state.signedIn });
}

async function start(): Promise<void> {
  const answered = await api.threads();
  if (!answered.ok) {
    if (answered.status === 401) return set({ ...state, signedIn: false });
    setTimeout(() => void start(), 1_000);
    return set({ ...state, connected: false });
  }
  set(listed(state, answered.value));
  ringing.begin(answered.value.seq);
  retry = follow({
    after: () => state.seq,
    event(event) {
      ringing.ring(state, event);
      set(happened(state, event));
      if (event.is === 'thread' && event.task === awaited) {
        awaited = null;
        go(`/t/${event.thread}`);
      }
      if ((event.is === 'card' || event.is === 'thread') && location.pathname === '/fleet') void lookAround();
    },
    remark: (remark) => set(remarked(state, remark)),
    writing: (grown) => set(wrote(state, grown)),
    connected: (is) => set(connected(state, is)),
    refused: (status) =>
      status === 401
        ? refused({ status, sentence: 'Your sign-in has ended. Sign in again with your key.' })
        : location.reload(),
  });
  await show();
}

/** Fetches what the address names. */
async function show(): Promise<void> {
  const place = placeOf(location.pathname);
  const id = place.at === 'thread' ? place.thread : null;
  set(opening(state, id));
  if (place.at === 'fleet') await lookAround();
  if (id === null || state.open?.thread) return;
  const answered = await api.thread(id);
  if (answered.ok) set(opened(state, answered.value));
  else if (answered.status === 0) setTimeout(() => void show(), 1_000);
  else if (state.open?.id === id) set({ ...state, open: { ...state.open, missing: answered.sentence } });
}

/** The fleet as it is now; again when a card changes. */
async function lookAround(): Promise<void> {
  const answered = await api.fleet();
  if (answered.ok) set({ ...state, fleet: answered.value });
}

function go(path: string): void {
  if (path !== location.pathname) history.pushState(null, '', path);
  set({ ...state, answer: null });
  void show().then(() => document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true }));
}

/** To a task that was begun here; once it has a thread, where it has none yet. */
function goTo(thread: string | null, task: string): void {
  if (thread === null) awaited = task;
  else go(`/t/${thread}`);
}

async function signIn(key: string): Promise<void> {
  const answered = await api.signIn(key.trim());
  if (!answered.ok) return set({ ...state, signedIn: false, answer: sentence(answered.sentence) });
  set({ ...state, answer: null });
  await start();
}

async function signOut(): Promise<void> {
  await api.signOut();
  sessionStorage.clear();
  location.assign('/');
}

/** The file of an answer is here already, and nowhere else. */
function lookAtAnswer(): void {
  const file = state.answer?.file;
  if (!file) return;
  const save = URL.createObjectURL(new Blob([file.text], { type: 'application/octet-stream' }));
  set({ ...state, file: { ...file, save } });
}

/** A button that was pressed here is not pressed again, until what it did is seen. */
async function pressOnce(thread: string, button: string): Promise<void> {
  if (state.pressed.has(button)) return;
  set({ ...press(state, button, 'sending'), answer: null });
  const answered = await api.input({ source: crypto.randomUUID(), thread, button });
  if (!answered.ok) {
    set(press(state, button, null));
    return refused(answered);
  }
  const { ok, task, thread: opened } = answered.value;
  set(press(state, button, ok ? 'taken' : null));
  // What was taken shows in the thread, with its receipt.
  if (!ok || task === null) set({ ...state, answer: answered.value });
  else if (opened !== thread) goTo(opened, task);
  // A press that changes no card may be repeated later.
  setTimeout(() => set(press(state, button, null)), 3_000);
}

async function say(channel: string, thread: string | null): Promise<void> {
  const at = placeKey(channel, thread);
  const text = state.drafts.get(at) ?? '';
  if (text.trim() === '') return;
  const source = crypto.randomUUID();
  const files = (state.attached.get(at) ?? []).map(({ id, name }) => ({ id, name }));
  write(at, '');
  const emptied = { ...state, answer: null, attached: new Map(state.attached).set(at, []) };
  set(sending(emptied, { source, channel, thread, text }));
  const answered = await api.input({ source, channel, thread, text, ...(files.length > 0 ? { files } : {}) });
  set(sent(state, source));
  const taken = answered.ok && answered.value.ok;
  if (!taken && !state.drafts.get(at)) write(at, text);
  if (!answered.ok) return refused(answered);
  // What became of words shows in the thread, with its receipt.
  if (thread === null || !taken || answered.value.task === null) set({ ...state, answer: answered.value });
  if (thread === null && taken && answered.value.task !== null) goTo(answered.value.thread, answered.value.task);
}

function write(at: string, text: string): void {
  set({ ...state, drafts: new Map(state.drafts).set(at, text), chosen: 0 });
  // The next key is about what this one did.
  paint();
  sessionStorage.setItem('drafts', JSON.stringify([...state.drafts].filter(([, draft]) => draft !== '')));
}

async function attach(at: string, files: readonly File[]): Promise<void> {
  if (files.length === 0) set({ ...state, attached: new Map(state.attached).set(at, []) });
  for (const file of files) {
    const answered = await api.upload(file);
    if (!answered.ok) return refused(answered);
    set({ ...state, attached: new Map(state.attached).set(at, [...(state.attached.get(at) ?? []), answered.value]) });
  }
}

async function look(seq: number): Promise<void> {
  const answered = await api.file(seq);
  if (answered.ok) set({ ...state, file: { ...answered.value, save: `/api/messages/${seq}/file` } });
  else refused(answered);
}

const acts: Acts = {
  signIn: (key) => void signIn(key),
  signOut: () => void signOut(),
  press: (thread, button) => void pressOnce(thread, button),
  other: () => document.querySelector<HTMLElement>('#composer')?.focus(),
  say: (channel, thread) => void say(channel, thread),
  write,
  attach: (at, files) => void attach(at, files),
  choose(chosen) {
    set({ ...state, chosen });
    paint();
  },
  look: (seq) => void look(seq),
  lookAtAnswer,
  closeFile() {
    if (state.file?.save.startsWith('blob:')) URL.revokeObjectURL(state.file.save);
    set({ ...state, file: null });
  },
  dismiss: () => set({ ...state, answer: null }),
  ring: () => void Notification.requestPermission().then(() => set({ ...state })),
};

wide.addEventListener('change', () => set({ ...state }));
addEventListener('popstate', () => void show());
addEventListener('online', () => retry());
document.addEventListener('visibilitychange', () => {
  retry();
  set({ ...state });
});
/** Links within the page change no page. */
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const own = link && link.origin === location.origin && !link.target && !link.hasAttribute('download');
  if (!own || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(link.pathname);
});

/** A link may bring the key in its fragment, which no server sees; it does not stay in the address. */
const key = new URLSearchParams(location.hash.slice(1)).get('key');
if (location.hash !== '') history.replaceState(null, '', location.pathname);
if (key === null) void start();
else void signIn(key);
