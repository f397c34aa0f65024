import type { Mutant } from './mutant.ts';

const http = ['test/bots/console'];
const browser = ['test/page'];

/** The web chat's page: who is let in, and what a text may become. */
export const page: readonly Mutant[] = [
  {
    guard: 'a sign-in ends after its time',
    file: 'src/bots/console/signins.ts',
    find: 'if (!signin || signin.until <= clock.now()) return null;',
    put: 'if (!signin) return null;',
    tests: http,
  },
  {
    guard: 'a sign-in ends with its key',
    file: 'src/bots/console/signins.ts',
    find: 'id === signin.person && consoleKeyHash === signin.key',
    put: 'id === signin.person',
    tests: http,
  },
  {
    guard: 'what a browser asks for on behalf of another page is refused',
    file: 'src/bots/console/guard.ts',
    find: "if (site === 'same-origin' || site === 'none') return next();",
    put: 'if (site) return next();',
    tests: http,
  },
  {
    guard: 'with a cookie a change says its Origin',
    file: 'src/bots/console/guard.ts',
    find: "if (token !== undefined && c.req.method !== 'GET' && c.req.header('origin') === undefined)",
    put: 'if (token === null)',
    tests: http,
  },
  {
    guard: 'HTML is text',
    file: 'src/bots/tree.ts',
    find: 'new MarkdownIt({ html: false,',
    put: 'new MarkdownIt({ html: true,',
    tests: ['test/bots/tree.test.ts'],
  },
  {
    guard: 'a link leads to the web alone',
    file: 'src/bots/tree.ts',
    find: 'markdown.validateLink = (to) => web.test(to);',
    put: 'markdown.validateLink = () => true;',
    tests: ['test/bots/tree.test.ts'],
  },
  {
    guard: 'a string becomes no elements on the page',
    file: 'src/bots/console/assets.ts',
    find: '"require-trusted-types-for \'script\'",',
    put: '',
    tests: browser,
  },
  {
    guard: 'a button that was pressed is not pressed again',
    file: 'src/bots/console/page/main.ts',
    find: 'if (state.pressed.has(button)) return;',
    put: '',
    tests: browser,
  },
  {
    guard: 'a text that grows is no longer there when it was told',
    file: 'src/bots/console/page/state.ts',
    find: "writing: event.is === 'message' ? without(state.writing, event.thread) : state.writing,",
    put: 'writing: state.writing,',
    tests: ['test/page/state.test.ts'],
  },
  {
    guard: 'of a text that grows, what may begin a secret waits',
    file: 'src/chain/growing.ts',
    find: 'return cover(text.slice(0, Math.max(after, (FOREIGN.exec(text)?.index ?? -1) + 1)));',
    put: 'return cover(text);',
    tests: ['test/chain/growing.test.ts'],
  },
  {
    guard: 'a text that grows is covered over its pieces',
    file: 'src/chain/growing.ts',
    find: 'return cover(text.slice(',
    put: 'return (text.slice(',
    tests: ['test/chain/growing.test.ts'],
  },
  {
    guard: 'a text in a picture of a change is text',
    file: 'src/bots/picture/picture.ts',
    find: '.replace(/[&<>"\']/g, (char) => `&#${char.codePointAt(0)};`);',
    put: ';',
    tests: ['test/bots/picture/picture.test.ts'],
  },
  {
    guard: 'an event that is known already changes nothing',
    file: 'src/bots/console/page/state.ts',
    find: 'if (event.seq <= thread.seq) return thread;',
    put: '',
    tests: ['test/page/state.test.ts'],
  },
];
