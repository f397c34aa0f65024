import { expect, it } from 'vitest';
import { invitation } from '../../src/demo/demo.ts';

it('says where to go, what to type and what will happen, for two people', () => {
  const told = invitation('http://127.0.0.1:7461', {
    keys: { you: 'a-key', guest: 'b-key' },
    channel: 'postbox',
    data: '/d',
  });
  expect(told).toContain('\n  http://127.0.0.1:7461/#key=a-key\n');
  expect(told).toContain('\n  http://127.0.0.1:7461/#key=b-key\n');
  expect(told).toContain('Write in #postbox:   /task fix the typo in the README');
  expect(told).toContain('./signalbox attach fix-the-typo-in-the-readme --data /d\n');
  expect(told).toContain('ssh -L 7461:127.0.0.1:7461');
  expect(told).toContain('Ctrl-C ends the demo');
});
