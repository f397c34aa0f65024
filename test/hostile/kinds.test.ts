import { beyond, high, hostile } from './rows.ts';
import type { Row } from './rows.ts';
import { textOf } from './before.ts';

const link = (to: string) => ({ mode: '120000', text: to }) as const;
const program = (text: string) => ({ mode: '100755', text }) as const;
const commit = (digit: string) => ({ commit: digit.repeat(40) });

hostile('odd kinds of files', [
  ['a new program', { 'docs/a.md': program('#!/bin/sh\n') }, 'a tap', "Needs a person's tap: `docs/a.md`.", beyond],
  [
    'a mode alone',
    { 'docs/guide.md': program(textOf('docs/guide.md')) },
    'an admin',
    "Needs an admin's second tap: `docs/guide.md` (made executable).",
    beyond,
  ],
  [
    'a mode taken away',
    { 'run.sh': '#!/bin/sh\nexec node src/a.ts\n' },
    'an admin',
    "Needs an admin's second tap: `run.sh` (no longer executable).",
    beyond,
  ],
  [
    'a link out of the tree',
    { 'docs/a.md': link('/etc/passwd') },
    'by hand',
    'Only by hand, never from chat: `docs/a.md` (a symbolic link).',
    high,
  ],
  [
    'a link to the workflows',
    { 'docs/flows': link('../.github/workflows') },
    'by hand',
    'Only by hand, never from chat: `docs/flows` (a symbolic link).',
    high,
  ],
  [
    'a README that is a link',
    { 'README.md': link('/proc/self/environ') },
    'by hand',
    'Only by hand, never from chat: `README.md` (a symbolic link).',
    high,
  ],
  [
    'a folder that becomes a link',
    { 'docs/guide.md': null, 'docs/logo.png': null, docs: link('.github') },
    'by hand',
    'Only by hand, never from chat: `docs` (a symbolic link).',
    high,
  ],
  [
    'a link turned elsewhere',
    { link: link('.git/config') },
    'by hand',
    'Only by hand, never from chat: `link` (a symbolic link).',
    high,
  ],
  [
    'a link that becomes a file',
    { link: 'README.md' },
    'by hand',
    'Only by hand, never from chat: `link` (a symbolic link).',
    high,
  ],
  [
    'a link that goes away',
    { link: null },
    'by hand',
    'Only by hand, never from chat: `link` (a symbolic link).',
    high,
  ],
  [
    'a submodule',
    { 'docs/sub': commit('2') },
    'by hand',
    'Only by hand, never from chat: `docs/sub` (a submodule).',
    high,
  ],
  [
    'a submodule on another commit',
    { vendor: commit('2') },
    'by hand',
    'Only by hand, never from chat: `vendor` (a submodule).',
    high,
  ],
  [
    'a submodule that becomes a folder',
    { vendor: null, 'vendor/README.md': '# Vendor\n' },
    'by hand',
    'Only by hand, never from chat: `vendor` (a submodule).',
    high,
  ],
  [
    'a submodule from elsewhere',
    { '.gitmodules': textOf('.gitmodules').replace('example.invalid', 'evil.example') },
    'by hand',
    'Only by hand, never from chat: `.gitmodules` (a setting of git).',
    high,
  ],
  [
    'a submodule that a file replaces',
    { vendor: 'x\n' },
    'by hand',
    'Only by hand, never from chat: `vendor` (a submodule).',
    high,
  ],
] satisfies Row[]);
