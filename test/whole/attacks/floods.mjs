// Run by an agent's tool in its container: it asks for more than it may have. `node floods.mjs PATH BODY`.
import { spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { request } from 'node:http';
import { connect } from 'node:net';

const [path, body] = process.argv.slice(2);
const tell = (name, outcome) => console.log(`@@ ${name} = ${outcome}`);
const MiB = 2 ** 20;

const post = (write) =>
  new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(
      { port: 3128, host: '127.0.0.1', method: 'POST', path, headers, timeout: 60_000 },
      (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
        answer.on('error', () => resolve(answer.statusCode));
      },
    );
    asked.on('error', (error) => resolve(`refused ${error.code}`));
    asked.on('timeout', () => asked.destroy());
    write(asked);
  });

tell(
  'floods: 100 MB',
  await post((asked) => {
    const part = Buffer.alloc(MiB, 'x');
    let left = 100;
    const more = () => {
      while (left > 0 && !asked.destroyed) {
        left -= 1;
        if (!asked.write(part)) return void asked.once('drain', more);
      }
      asked.end();
    };
    more();
  }),
);

// Each piece is looked at by itself: half a million of one letter.
tell(
  'floods: short pieces',
  await new Promise((resolve) => {
    const socket = connect(3128, '127.0.0.1');
    let said = '';
    socket.on('data', (bytes) => (said += bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(/^HTTP\/1.1 (\d+)/.exec(said)?.[1] ?? 'refused'));
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`);
    socket.write('1\r\nx\r\n'.repeat(500_000));
  }),
);

let [opened, dropped] = [0, 0];
const sockets = [];
for (let n = 0; n < 10_000; n += 500) {
  const some = Array.from({ length: 500 }, () => {
    const socket = connect(3128, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => (dropped += 1));
    return new Promise((resolve) => socket.once('connect', () => resolve(true)).once('close', () => resolve(false)));
  });
  opened += (await Promise.all(some)).filter(Boolean).length;
}
for (let tries = 0; tries < 300 && opened - dropped > 99; tries += 1)
  await new Promise((resolve) => setTimeout(resolve, 200));
tell('floods: 10,000 connections', `opened ${opened}, left ${opened - dropped}`);
for (const socket of sockets) socket.destroy();
let answer = 0;
for (let tries = 0; tries < 100 && answer !== 200; tries += 1) {
  if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 200));
  answer = await post((asked) => asked.end(body));
}
tell('floods: asks afterwards', answer);

const failed = (name) =>
  lookup(name).then(
    ({ address }) => address,
    (error) => `refused ${error.code}`,
  );
for (const name of ['example.org', 'metadata.google.internal', 'host.docker.internal'])
  tell(`names: ${name}`, await failed(name));

const forks = `my @all; while (@all < 700) { my $pid = fork; last unless defined $pid; if (!$pid) { sleep 60; exit } push @all, $pid }
print scalar(@all) < 700 ? "refused: $!" : "done"; kill 9, @all;`;
tell('bombs: processes', spawnSync('perl', ['-e', forks], { encoding: 'utf8' }).stdout);

const hog = 'const all = []; for (;;) all.push(Buffer.alloc(32 * 2 ** 20, 1));';
const ate = spawnSync(process.execPath, ['-e', hog], { stdio: 'ignore' });
tell('bombs: memory', ate.signal ?? `exit ${ate.status}`);
