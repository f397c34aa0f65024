import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ana, head, id, other, tasks } from '../samples.ts';
import { ground, keys } from './ground.ts';
import type { Ground } from './ground.ts';

let g: Ground;
beforeEach(async () => {
  g = await ground();
});
afterEach(() => g.leave());

const source = 'source-0001';
const merge = `merge:${id}:${head}`;
const asBen = { Authorization: `Bearer ${keys.ben}` };

async function send(body: unknown, headers?: Record<string, string>): Promise<Record<string, unknown>> {
  const response = await g.post(body, headers);
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}
async function messages(of = g): Promise<readonly Record<string, unknown>[]> {
  const view = (await (await of.get(`/api/threads/${of.thread.thread}`)).json()) as {
    messages: Record<string, unknown>[];
  };
  return view.messages;
}

describe('what a person writes', () => {
  it('goes to the desk with who, where and what, and into the thread for all', async () => {
    const answer = await send({ source, channel: 'site', thread: g.thread.thread, text: 'make it\nblue\u202e' });
    expect(answer).toEqual({ ok: true, text: '👀 Taken.', task: id, thread: g.thread.thread });
    expect(g.desk.inputs).toEqual([
      {
        source: `console:ana:${source}`,
        person: ana,
        place: { platform: 'console', channel: 'site', thread: g.thread.thread },
        task: null,
        command: { name: 'say', text: 'make it\nblue\u202e' },
      },
    ]);
    expect(await messages()).toEqual([
      {
        seq: 2,
        is: 'said',
        at: g.clock.now(),
        channel: 'site',
        thread: g.thread.thread,
        by: { id: 'ana', name: 'Ana' },
        text: 'make it\nblue',
        button: null,
        answer: { text: '👀 Taken.', task: id },
      },
    ]);
  });

  it('as /task in a channel begins the thread of its task', async () => {
    const answer = await send({ source, channel: 'site', text: '/task --quick fix it' });
    expect(answer).toMatchObject({
      ok: true,
      text: '👀 Taken. Its thread opens now.',
      task: id,
      thread: g.thread.thread,
    });
    expect(g.desk.inputs[0]).toMatchObject({
      place: { thread: null },
      command: { name: 'task', idea: 'fix it', slug: null, mode: 'quick' },
    });
    expect(await messages()).toMatchObject([{ thread: null, text: '/task --quick fix it' }]);
  });

  it('to @signalbox in a channel is a question; in a thread it is for the agent there', async () => {
    await send({ source, channel: 'site', text: '@signalbox Where is it?' });
    await send({ source: 'source-0002', channel: 'site', thread: g.thread.thread, text: '@signalbox and you?' });
    expect(g.desk.inputs.map(({ command }) => command)).toEqual([
      { name: 'task', idea: 'Where is it?', slug: null, mode: 'ask' },
      { name: 'say', text: '@signalbox and you?' },
    ]);
  });

  it('as /task has no thread to name before it is opened', async () => {
    g.desk.answer = () => ({ kind: 'accepted', task: 't9999999999' as typeof id, command: 'task' });
    expect(await send({ source, channel: 'site', text: '/task fix it' })).toMatchObject({ ok: true, thread: null });
    expect(await messages()).toEqual([]);
  });

  it('with a key in it is taken without the key, and says so, also a second time', async () => {
    const key = 'ghp_0123456789abcdefghijklmnopqrstuvwxyzAB';
    const body = { source, channel: 'site', thread: g.thread.thread, text: `use ${key} for it` };
    const answer = await send(body);
    expect(answer['text']).toBe('👀 Taken.\n🔑 That looked like a key; it was not kept. Revoke it.');
    expect(await send(body)).toEqual(answer);
    expect(g.desk.inputs[0]!.command).toEqual({ name: 'say', text: 'use (covered: a GitHub token) for it' });
    expect(JSON.stringify([await messages(), g.store.memory])).not.toContain(key);
    expect(await send({ ...body, source: 'source-0002', text: `/${key}` })).toMatchObject({
      ok: false,
      text: expect.stringContaining('Revoke it.'),
    });
  });

  it('in a thread is in the channel of that thread, whatever the client says', async () => {
    await send({ source, channel: 'lobby', thread: g.thread.thread, text: 'hello' });
    expect(g.desk.inputs[0]!.place.channel).toBe('site');
  });

  it('in a thread that is not there is in no thread', async () => {
    await send({ source, channel: 'site', thread: 'nowhere', text: 'hello' });
    expect(g.desk.inputs[0]!.place).toEqual({ platform: 'console', channel: 'site', thread: null });
  });

  it('reaches the desk at 10,000 characters', async () => {
    const why = { code: 'long-idea', length: 10_000, max: 8_000 } as const;
    g.desk.answer = () => ({ kind: 'refused', why });
    const answer = await send({ source, channel: 'site', text: `/task ${'x'.repeat(10_000)}` });
    expect(answer).toMatchObject({ ok: false, task: null, thread: null });
    expect(answer['text']).toContain('The idea has 10,000 characters; at most 8,000 are taken');
  });

  it.each([
    [
      '/status',
      { kind: 'status', tasks: [tasks.working], waits: new Map(), lock: null },
      '🟢 site ⋅ Correct the spelling in the README ⋅ with the coder',
    ],
    ['/help', { kind: 'help', about: null }, '`/task <idea>` starts a task in this channel'],
  ] as const)('%s is answered to them alone', async (text, reply, expected) => {
    g.desk.answer = () => reply;
    const answer = await send({ source, channel: 'site', thread: g.thread.thread, text });
    expect(answer).toMatchObject({ ok: true, text: expect.stringContaining(expected) });
    expect(await messages()).toEqual([]);
  });

  it('is not passed on when it is no command, and is shown to nobody', async () => {
    const answer = await send({ source, channel: 'site', thread: g.thread.thread, text: '/deploy' });
    expect(answer).toMatchObject({ ok: false, text: expect.stringContaining('`/deploy` is no command here') });
    expect(g.desk.inputs).toEqual([]);
    expect(await messages()).toEqual([]);
  });

  it('is shown to nobody when the desk refuses it', async () => {
    g.desk.answer = ({ person }) => ({
      kind: 'refused',
      why: { code: 'not-allowed', needs: 'steer', has: person.may },
    });
    const answer = await send({ source, channel: 'site', thread: g.thread.thread, text: 'hello' }, asBen);
    expect(answer).toMatchObject({
      ok: false,
      text: expect.stringContaining('takes the right `steer` and you have `watch`'),
    });
    expect(await messages()).toEqual([]);
  });
});

const told = async (): Promise<void> => {
  await g.console.chat.tell('k1', g.thread, {
    kind: 'held',
    holds: 2,
    cause: 'login',
    ends: { by: 'person' },
    reason: 'No login.',
    todo: 'Log in.',
    until: null,
    loud: true,
  });
  await g.console.chat.tell('k2', g.thread, { kind: 'confirm', by: 'Ana', head, patch: '+x' });
};

describe('what a person presses', () => {
  it('goes to the desk with the task and the head, and takes the buttons off that message for all', async () => {
    await told();
    const answer = await send({ source, button: `merge2:${id}:${head}` });
    expect(answer).toEqual({
      ok: true,
      text: '👀 Taken. The gate looks once more.',
      task: id,
      thread: g.thread.thread,
    });
    expect(g.desk.inputs).toMatchObject([
      { task: id, place: { channel: 'site', thread: g.thread.thread }, command: { name: 'merge', head, second: true } },
    ]);
    expect(await messages()).toMatchObject([
      { is: 'message', message: { buttons: [{ label: 'Resume now' }, { label: 'Stop' }] } },
      { is: 'message', message: { buttons: [] }, pressed: { by: 'Ana', text: 'Confirm merge abc1234' } },
      { is: 'said', text: 'Confirm merge abc1234', button: `merge2:${id}:${head}` },
    ]);
  });

  it('stands in the thread before what came of it, which was told first', async () => {
    const since = g.clock.now();
    g.desk.answer = () => {
      g.clock.jump(since + 5);
      void g.console.chat.tell('k', g.thread, { kind: 'stopped', by: 'Ana' });
      return null;
    };
    await send({ source: 'tap-of-ana', button: merge });
    expect((await messages()).map(({ is, at }) => [is, at])).toEqual([
      ['said', since],
      ['message', since + 5],
    ]);
  });

  it('by two people at once is done for the first; the other is told why not', async () => {
    g.desk.answer = () =>
      g.desk.inputs.length === 0
        ? null
        : { kind: 'refused', why: { code: 'not-now', command: 'merge', phase: 'merging' } };
    const [first, second] = await Promise.all([
      send({ source: 'tap-of-ana', button: merge }),
      send({ source: 'tap-of-ben', button: merge }, asBen),
    ]);
    expect([first, second].filter(({ ok }) => ok)).toHaveLength(1);
    expect([first, second].find(({ ok }) => !ok)).toMatchObject({
      text: 'Somebody was first: it is merging already.',
    });
    expect(await messages()).toHaveLength(1);
  });

  it("is refused in the desk's words when the head moved", async () => {
    g.desk.answer = () => ({ kind: 'refused', why: { code: 'head-moved', saw: head, is: other } });
    expect(await send({ source, button: merge })).toMatchObject({
      ok: false,
      text: expect.stringContaining('you saw `abc1234`'),
    });
  });

  it.each(['merge', 'merge:x', `merge:t9999999999:${head}`, `stop:${id}:x`])('%s means nothing', async (button) => {
    expect(await send({ source, button })).toMatchObject({
      ok: false,
      text: expect.stringContaining('means nothing here'),
    });
    expect(g.desk.inputs).toEqual([]);
  });

  it('counts in the thread where it was pressed', async () => {
    const docs = await g.console.chat.open('open', { platform: 'console', channel: 'docs' }, tasks.working);
    await send({ source, thread: docs.thread, button: `stop:${id}` });
    expect(g.desk.inputs[0]!.place).toEqual({ platform: 'console', channel: 'docs', thread: docs.thread });
    expect(await send({ source: 'source-0002', thread: 'nowhere', button: `stop:${id}` })).toMatchObject({ ok: false });
  });
});

describe('a repeated source', () => {
  const body = { source, channel: 'site', text: '/task fix it' };

  it('is answered the same, and shown once', async () => {
    const first = await send(body);
    expect(await send(body)).toEqual(first);
    expect(await Promise.all([send(body), send(body)])).toEqual([first, first]);
    expect(g.desk.inputs).toHaveLength(1);
    expect(await messages()).toHaveLength(1);
  });

  it('is shown once when it comes twice at once', async () => {
    const [one, two] = await Promise.all([send(body), send(body)]);
    expect(two).toEqual(one);
    expect(await messages()).toHaveLength(1);
  });

  it('is answered the same after a restart', async () => {
    const first = await send(body);
    g = await g.again();
    expect(await send(body)).toEqual(first);
    expect(await messages()).toHaveLength(1);
  });

  it('is shown after all when the console was killed between the desk and the thread', async () => {
    const { promise: dead, resolve: revive } = Promise.withResolvers<void>();
    g.store.slow = () => dead;
    const lost = send(body).catch(() => 'no answer');
    await expect.poll(() => g.desk.inputs.length).toBe(1);
    g = await g.again();
    expect(await lost).toBe('no answer');
    expect(await messages()).toEqual([]);
    const answer = await send(body);
    expect(answer).toEqual({ ok: true, text: '👀 Taken. Its thread opens now.', task: id, thread: g.thread.thread });
    expect(g.desk.inputs).toHaveLength(1);
    expect(await messages()).toHaveLength(1);
    revive();
  });

  it('is taken although it cannot be shown, and shown by the repeat', async () => {
    g.store.full = true;
    const first = await send(body);
    expect(first).toMatchObject({ ok: true });
    expect(g.errors).toEqual(['what a person said is not shown']);
    g.store.full = false;
    expect(await send(body)).toEqual(first);
    expect(await messages()).toHaveLength(1);
  });

  it("is one person's own", async () => {
    await send(body);
    await send(body, asBen);
    expect(g.desk.inputs.map((input) => input.source)).toEqual([`console:ana:${source}`, `console:ben:${source}`]);
  });

  it.each([
    [{ source, channel: 'site', text: '/task fix that' }],
    [{ source, channel: 'docs', text: '/task fix it' }],
    [{ source, button: merge }],
  ])('for something else is refused: %o', async (different) => {
    await send(body);
    const response = await g.post(different);
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({
      error: `The source ${source} was used for something else. Choose a new one for each message.`,
    });
    expect(g.desk.inputs).toHaveLength(1);
  });
});

describe('a desk that fails', () => {
  it('is a sentence, and nothing is shown', async () => {
    g.desk.answer = () => {
      throw new Error('the supervisor is closed');
    };
    const response = await g.post({ source, channel: 'site', text: 'hello' });
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      error: 'That failed: the supervisor is closed. Send it again with the same source: it is taken once.',
    });
    expect(g.errors).toEqual(['the console could not answer']);
    expect(await messages()).toEqual([]);
  });
});
