import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/bots/parse.ts';
import type { Command } from '../../src/chain/commands.ts';

const task = (idea: string, more: Partial<Extract<Command, { name: 'task' }>> = {}): Command => ({
  name: 'task',
  idea,
  slug: null,
  mode: 'dialogue',
  ...more,
});

describe('a text is', () => {
  it.each<[string, Command]>([
    ['/task fix the typo', task('fix the typo')],
    ['/task@signalbox_bot fix it', task('fix it')],
    ['  /Task fix it \n', task('fix it')],
    ['/task\nfirst line\n\n  second line\n', task('first line\n\n  second line')],
    ['/task', task('')],
    ['/task --slug readme fix it', task('fix it', { slug: 'readme' })],
    ['/task --slug=readme fix it', task('fix it', { slug: 'readme' })],
    ['/task --quick --slug readme\nfix it', task('fix it', { slug: 'readme', mode: 'quick' })],
    ['/task --slug readme --quick fix it', task('fix it', { slug: 'readme', mode: 'quick' })],
    ['/task --headless fix it', task('fix it', { mode: 'headless' })],
    ['/task --quick --quick fix it', task('fix it', { mode: 'quick' })],
    ['/task —quick fix it', task('fix it', { mode: 'quick' })],
    ['/task –slug readme fix it', task('fix it', { slug: 'readme' })],
    ['/task fix --quick', task('fix --quick')],
    ['/task -- --quick is broken', task('--quick is broken')],
    ['/task - a dash', task('- a dash')],
    ['/task /etc/hosts is read twice', task('/etc/hosts is read twice')],
    ['/merge', { name: 'merge', head: null, second: false }],
    ['/stop', { name: 'stop' }],
    ['/raise 40', { name: 'raise', what: null, day: null, dollars: 40 }],
    ['/raise $12.50', { name: 'raise', what: null, day: null, dollars: 12.5 }],
    ['/Raise Day 200', { name: 'raise', what: 'day', day: null, dollars: 200 }],
    ['/use claude2', { name: 'use', account: 'claude2' }],
    ['/use  Claude2 ', { name: 'use', account: 'claude2' }],
    ['/hosts', { name: 'hosts', remove: null }],
    ['/hosts Remove Example.org:8443 ', { name: 'hosts', remove: 'example.org:8443' }],
    ['/retry@bot', { name: 'retry', holds: null }],
    ['/status ', { name: 'status' }],
    ['/lock', { name: 'lock' }],
    ['/ask Where is it?', { name: 'task', idea: 'Where is it?', slug: null, mode: 'ask' }],
    ['/diff', { name: 'diff' }],
    ['/Findings', { name: 'findings' }],
    ['/logs', { name: 'logs' }],
    ['/usage', { name: 'usage' }],
    ['/fleet@signalbox', { name: 'fleet' }],
    ['/policy', { name: 'policy' }],
    ['/help /use', { name: 'help', about: '/use' }],
    ['/handover @Kim Ono', { name: 'handover', to: '@Kim Ono' }],
    ['/soak', { name: 'soak', on: null }],
    ['/soak On', { name: 'soak', on: true }],
    ['/soak off', { name: 'soak', on: false }],
    ['/help', { name: 'help', about: null }],
    ['make it blue', { name: 'say', text: 'make it blue' }],
    [' two\n lines /merge ', { name: 'say', text: ' two\n lines /merge ' }],
    ['task fix it', { name: 'say', text: 'task fix it' }],
  ])('%j', (text, command) => {
    expect(parse(text)).toEqual({ ok: true, command });
  });
});

describe('a mention at the beginning', () => {
  const names = ['@signalbox', '<@42>'];
  const ask = (idea: string): Command => task(idea, { mode: 'ask' });
  it.each<[where: 'channel' | 'thread', string, Command | null]>([
    ['channel', '@signalbox Where is it?', ask('Where is it?')],
    ['channel', '  @Signalbox, where\nis it? ', ask('where\nis it?')],
    ['channel', '@signalbox: where?', ask('where?')],
    ['channel', '<@42> where?', ask('where?')],
    ['channel', '@signalbox', ask('')],
    ['channel', '@signalbox /task fix it', task('fix it')],
    ['channel', '@signalbox /status', { name: 'status' }],
    ['channel', '@signalbox /deploy', null],
    ['channel', '@signalbox2 where?', { name: 'say', text: '@signalbox2 where?' }],
    ['channel', 'ask @signalbox', { name: 'say', text: 'ask @signalbox' }],
    ['channel', '/stop', { name: 'stop' }],
    ['thread', '@signalbox Where is it?', { name: 'say', text: '@signalbox Where is it?' }],
  ])('in a %s, %j', (where, text, command) => {
    const parsed = parse(text, { inThread: where === 'thread', names });
    expect(parsed.ok ? parsed.command : null).toEqual(command);
  });
});

describe('a text is refused, never passed on', () => {
  it.each([
    ['', { code: 'nothing-said' }],
    [' \n\t', { code: 'nothing-said' }],
    ['/deploy now', { code: 'unknown-command', word: '/deploy' }],
    ['/', { code: 'unknown-command', word: '/' }],
    ['/etc/hosts is wrong', { code: 'unknown-command', word: '/etc/hosts' }],
    ['//merge', { code: 'unknown-command', word: '//merge' }],
    ['/merge@', { code: 'unknown-command', word: '/merge@' }],
    ['/tasks fix', { code: 'unknown-command', word: '/tasks' }],
    ['/task --fast fix it', { code: 'unknown-option', option: '--fast' }],
    ['/raise', { code: 'raise-without-dollars' }],
    ['/raise a lot', { code: 'raise-without-dollars' }],
    ['/raise 0', { code: 'raise-without-dollars' }],
    ['/raise -5', { code: 'raise-without-dollars' }],
    ['/raise 1.234', { code: 'raise-without-dollars' }],
    ['/raise 99999999', { code: 'raise-without-dollars' }],
    ['/raise day', { code: 'raise-without-dollars' }],
    ['/use', { code: 'use-without-account' }],
    ['/use claude2 now', { code: 'use-without-account' }],
    ['/use claude_2', { code: 'use-without-account' }],
    [`/use ${'a'.repeat(41)}`, { code: 'use-without-account' }],
    ['/hosts add example.org', { code: 'hosts-otherwise' }],
    ['/hosts remove', { code: 'hosts-otherwise' }],
    ['/hosts remove a b', { code: 'hosts-otherwise' }],
    ['/task --slug', { code: 'option-without-value', option: '--slug' }],
    ['/task --slug --quick fix it', { code: 'option-without-value', option: '--slug' }],
    ['/task --slug= fix it', { code: 'option-without-value', option: '--slug' }],
    ['/task --quick --headless fix it', { code: 'two-modes' }],
    ['/stop the coder from doing that', { code: 'words-after', word: 'stop' }],
    ['/merge abc1234', { code: 'words-after', word: 'merge' }],
  ])('%j', (text, why) => {
    expect(parse(text)).toEqual({ ok: false, why });
  });
});

describe('any text at all', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('/task', '/merge', '--slug', '--slug=', '--quick', '--', '—', ' ', '\n', '@', 'x'))
      .map((parts) => parts.join('')),
  );

  it('is parsed without an exception, and is never a message when it begins with a slash', () => {
    fc.assert(
      fc.property(text, (text) => {
        const parsed = parse(text);
        const said = parsed.ok && parsed.command.name === 'say' ? parsed.command.text : null;
        expect(said).toBe(text.trim() === '' || text.trim().startsWith('/') ? null : text);
      }),
    );
  });

  it('is an idea whole, but for the space around it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (idea) => {
        expect(parse(`/task -- ${idea}`)).toMatchObject({ ok: true, command: { idea: idea.trim() } });
      }),
    );
  });
});
