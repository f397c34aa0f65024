import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageTag } from '../../src/runtime/image.ts';
import { tunnelEnv } from '../../src/runtime/hosts.ts';
import { BOUNDARY_PORT } from '../../src/worker/files.ts';
import { makeFar, there } from './far.ts';
import type { Far } from './far.ts';
import { eventually, makeGround } from './ground.ts';
import type { Ground } from './ground.ts';

/** Real tools in the worker image, without a network: what they make of the way out. One container for all. */
let ground: Ground;
let far: Far;
let container: string;

beforeAll(async () => {
  [ground, far] = await Promise.all([makeGround(), makeFar()]);
  const socket = await ground.grant('one', { hosts: ['example.org'] });
  await ground.serve({}, far.outside);
  const shared = join(dirname(far.certificateFile), 'shared');
  await mkdir(shared);
  await writeFile(join(shared, 'certificate'), far.certificate);
  const forward = `import { forward } from '/opt/signalbox/forward.ts'; await forward(${BOUNDARY_PORT}, '/session/egress/b.sock'); console.log('forwards');`;
  await writeFile(join(shared, 'forward.mjs'), forward);
  const worker = resolve(import.meta.dirname, '../../src/worker');
  const mounts = [`${dirname(socket)}:/session/egress`, `${worker}:/opt/signalbox:ro`, `${shared}:/shared:ro`];
  const env = Object.entries(tunnelEnv('write')).map(([name, value]) => `${name}=${value}`);
  const argv = ['run', '-d', '--rm', '--network', 'none', '--init', '--user', '0:0', '-e', 'HOME=/tmp'];
  const { stdout } = await execa('docker', [
    ...argv,
    ...mounts.flatMap((mount) => ['-v', mount]),
    ...env.flatMap((one) => ['-e', one]),
    imageTag(),
    'node',
    '/shared/forward.mjs',
  ]);
  container = stdout;
  await eventually(async () => {
    const { all } = await execa('docker', ['logs', container], { reject: false, all: true });
    return all.includes('forwards') ? true : null;
  });
});

afterAll(async () => {
  if (container) await execa('docker', ['rm', '-f', container], { reject: false });
  await ground.close();
  await far.close();
});

const inside = async (script: string): Promise<string> => {
  const { all } = await execa('docker', ['exec', '-u', '10001', '-w', '/tmp', container, 'bash', '-c', script], {
    reject: false,
    all: true,
    timeout: 40_000,
  });
  return all ?? '';
};

/** An HTTP server, over the TLS that is there. */
const page =
  (text: string): Far['answer'] =>
  (socket) =>
    void socket.once('data', () =>
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`),
    );

describe('in a container without a network', () => {
  it('curl reaches a host of the project, checks its certificate itself, and reaches no other', async () => {
    far.answer = page('a page');
    expect(await inside('curl -sS --cacert /shared/certificate https://example.org/')).toBe('a page');
    expect(far.connected).toEqual([`${there}:443`]);
    expect(await inside('curl -sS https://example.org/')).toContain('certificate');
    const refusals = [
      ['https://other.example/', '403'],
      ['--connect-to example.org:443:other.example:443 https://example.org/', '403'],
      ['--connect-to other.example:443:example.org:443 -k https://other.example/', 'curl'],
      ['https://169.254.169.254/', '403'],
      ['--noproxy "*" https://example.org/', 'resolve'],
      ['http://example.org/', 'resolve'],
      ['-x http://127.0.0.1:3128 -f http://example.org/', '403'],
    ] as const;
    for (const [words, why] of refusals) {
      const said = await inside(`curl -sS -m 10 ${words} && echo done`);
      expect([words, said]).toEqual([words, expect.stringContaining(why)]);
      expect(said).not.toContain('done');
    }
  });

  it("Node's own fetch, npm and git take the same way", async () => {
    far.answer = page(
      '{"name":"thing","versions":{"1.0.0":{"name":"thing","version":"1.0.0"}},"dist-tags":{"latest":"1.0.0"}}',
    );
    const trust = 'export NODE_EXTRA_CA_CERTS=/shared/certificate;';
    expect(
      await inside(`${trust} node -e 'fetch("https://example.org/").then(async (r) => console.log(await r.text()))'`),
    ).toContain('thing');
    expect(await inside(`${trust} npm view thing version --registry https://example.org/ --fetch-retries 0`)).toBe(
      '1.0.0',
    );
    expect(
      await inside(`${trust} npm view thing version --registry https://other.example/ --fetch-retries 0`),
    ).toContain('403');
    const before = far.connected.length;
    const ref = `${'1'.repeat(40)}	refs/heads/main`;
    far.answer = page(`${ref}
`);
    expect(await inside('GIT_SSL_CAINFO=/shared/certificate git ls-remote https://example.org/a.git')).toBe(ref);
    expect(far.connected.length).toBeGreaterThan(before);
    expect(await inside('git ls-remote https://other.example/a.git')).toContain('403');
  });
});
