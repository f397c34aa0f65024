// Run by an agent's tool in its container: names that lead inside, and what is no TLS for the name that was let through. `node names.mjs`.
import { connect } from 'node:net';
import { connect as secure } from 'node:tls';

const tell = (name, outcome) => console.log(`@@ ${name} = ${outcome}`);

/** The status that CONNECT was answered with, and the socket behind it. */
const open = (place) =>
  new Promise((resolve) => {
    const socket = connect(3128, '127.0.0.1', () =>
      socket.write(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n\r\n`),
    );
    socket.setTimeout(20_000, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ status: 'refused', socket }));
    socket.once('data', (bytes) => resolve({ status: /^HTTP\/1\.1 (\d+)/.exec(bytes)?.[1] ?? 'nonsense', socket }));
  });

/** What comes back to what is said first. */
const said = (socket, first) =>
  new Promise((resolve) => {
    socket.once('data', (bytes) => resolve(`answered ${bytes.length} bytes`));
    socket.once('close', () => resolve('refused'));
    first(socket);
  });

for (const time of ['first', 'second', 'third']) {
  const { status, socket } = await open('rebinds.example:443');
  tell(`names: rebinds, ${time}`, status);
  socket.destroy();
}
for (const name of ['inside', 'mixed', 'metadata', 'mapped', 'engine'])
  tell(`names: ${name}`, (await open(`${name}.example:443`)).status);

const plain = await open('example.org:443');
tell('tls: plain words', await said(plain.socket, (socket) => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')));
const other = await open('example.org:443');
const hello = (socket) =>
  secure({ socket, servername: 'inside.example', rejectUnauthorized: false }).on('error', () => undefined);
tell('tls: another name', await said(other.socket, hello));
const ssh = await open('example.org:22');
tell('tls: another port', ssh.status);
