import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Head } from '../../src/chain/ids.ts';
import { layerFor } from '../../src/runtime/layer.ts';
import type { Layer } from '../../src/runtime/layer.ts';
import { project, task } from './ground.ts';
import { yonder } from './environment.ts';
import type { Yonder } from './environment.ts';

/** One world for all: an image that was built stays until the end. */
let at: Yonder;
const images = new Set<string>();
beforeAll(async () => {
  at = await yonder();
});
afterAll(async () => {
  await at.leave();
  for (const image of images) await execa('docker', ['rmi', '-f', image], { reject: false });
});

const layer = async (files: Readonly<Record<string, string>>): Promise<Layer> => {
  const found = await layerFor(
    at.here.site,
    { project, task, base: await at.base(files) },
    (one) => void at.progress.push(one),
  );
  if (found.is === 'image' && found.image.startsWith('signalbox-layer')) images.add(found.image);
  return found;
};
const from = (...lines: string[]): Record<string, string> => ({
  '.signalbox/Dockerfile': ['FROM signalbox-worker', ...lines, ''].join('\n'),
});

describe("a project's image layer", () => {
  let head: Head;

  it('is built from the base, reaching the hosts of the project alone, and is what tests run in, at the same uid', async () => {
    at.pages['/tool'] = 'echo tool of the layer';
    const get = 'curl -sS -m 20 --cacert /opt/ca.pem';
    const first = await layer({
      '.signalbox/ca.pem': at.far.certificate,
      '.signalbox/policy.yaml': 'rework: 1\n',
      ...from(
        '# what the tests need',
        'COPY ca.pem /opt/',
        `RUN test ! -e /policy.yaml && ${get} -f https://example.org/tool -o /usr/local/bin/tool && chmod 755 /usr/local/bin/tool`,
        `RUN for way in https://other.example/ "--noproxy example.org https://example.org/" http://example.org/ https://169.254.169.254/; do \\`,
        `      ${get} -f $way && exit 1; done; ls /sys/class/net >/opt/seen; ls /session >>/opt/seen 2>&1; env | grep -ci proxy >>/opt/seen`,
        'USER 1234',
        'ENV GREETING=hello',
      ),
    });
    expect(first).toEqual({ is: 'image', image: expect.stringMatching(/^signalbox-layer:[0-9a-f]{24}$/) });
    expect(at.asked).toEqual(['/tool']);
    expect(at.far.connected).toHaveLength(1);
    expect(at.progress.map(({ step, ms }) => [step, ms === null])).toEqual([
      ['layer', true],
      ['layer', false],
    ]);
    head = await at.change({ 'README.md': 'changed' });
    const test =
      'bash -e -c \'id -u; echo "$GREETING"; cat /opt/seen; tool; ! touch /usr/x; env | grep -i https_proxy || echo none\'';
    const checked = await at.check({ test }, head);
    expect(checked).toMatchObject({ outcome: 'green' });
    const said = checked.tail.split('\n').filter((line) => !line.startsWith('touch'));
    expect(said).toEqual([
      '10001',
      'hello',
      'lo',
      expect.stringContaining('/session'),
      '4',
      'tool of the layer',
      'none',
    ]);
    expect(at.progress).toHaveLength(2);
    expect(await at.here.site.engine.list()).toEqual([]);
  });

  it('is not built again for another policy, and is for anything else that it is made of', async () => {
    const was = [...images];
    await layer({ '.signalbox/policy.yaml': 'rework: 2\n', 'notes.txt': 'more' });
    expect([...images]).toEqual(was);
    await layer({ '.signalbox/note.txt': 'a file beside it' });
    expect([...images]).toHaveLength(2);
    expect(at.asked).toEqual(['/tool']);
  });

  it('of a branch counts for nothing', async () => {
    const mine = await at.change(from('RUN touch /opt/mine'));
    expect(await at.check({ test: 'test ! -e /opt/mine && tool' }, mine)).toMatchObject({ outcome: 'green' });
  });

  it('that cannot be built is red, with the line and what it said', async () => {
    await layer(from('RUN true', '', 'RUN echo no such package; exit 100'));
    const what = '.signalbox/Dockerfile line 4: RUN echo no such package; exit 100';
    const checked = await at.check({ test: 'true' }, head);
    expect(checked).toMatchObject({ outcome: 'red', what, tail: expect.stringContaining('no such package') });
  });

  it('that would bring another base is refused with its line, and nothing is built', async () => {
    const before = at.progress.length;
    expect(await layer(from('COPY --from=debian:12 /bin/sh /bin/sh'))).toEqual({
      is: 'refused',
      reason: '.signalbox/Dockerfile line 2: COPY --from would bring another base.',
    });
    expect(await at.check({ test: 'true' }, head)).toMatchObject({
      outcome: 'missing',
      what: expect.stringContaining('line 2'),
    });
    expect(at.progress).toHaveLength(before);
  });
});
