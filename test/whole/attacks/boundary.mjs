// Run by an agent's tool in its container: what it asks of the boundary. `node boundary.mjs anthropic|openai MODEL`.
import { request } from 'node:http';
import { connect } from 'node:net';

const [provider, model] = process.argv.slice(2);
const tell = (name, outcome) => console.log(`@@ ${name} = ${outcome}`);
const [own, other] =
  provider === 'anthropic'
    ? ['/anthropic/v1/messages', '/openai/v1/responses']
    : ['/openai/v1/responses', '/anthropic/v1/messages'];
const said = [{ role: 'user', content: 'hello' }];
const plain = provider === 'anthropic' ? { model, max_tokens: 9, messages: said } : { model, input: said };

/** The status of the answer, or why there is none. */
const ask = (body, { method = 'POST', path = own, headers = {} } = {}) =>
  new Promise((resolve) => {
    const asked = request({ port: 3128, host: '127.0.0.1', method, path, headers, timeout: 20_000 }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    asked.setHeader('content-type', 'application/json');
    asked.on('error', (error) => resolve(`refused ${error.code}`));
    asked.on('timeout', () => asked.destroy());
    asked.end(method === 'POST' ? JSON.stringify(body) : undefined);
  });

const link = { type: 'url', url: 'https://example.org/x' };
const bodies =
  provider === 'anthropic'
    ? {
        'server tool': { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
        'code execution': { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] },
        mcp_servers: { mcp_servers: [{ type: 'url', url: 'https://example.org', name: 'x' }] },
        container: { container: 'container_1' },
        'fast tier': { service_tier: 'auto' },
        'fast mode': { speed: 'fast' },
        'fetched document': { messages: [{ role: 'user', content: [{ type: 'document', source: link }] }] },
      }
    : {
        'server tool': { tools: [{ type: 'web_search' }] },
        'code execution': { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] },
        mcp_servers: { tools: [{ type: 'mcp', server_url: 'https://example.org', server_label: 'x' }] },
        container: { container: 'container_1' },
        'fast tier': { service_tier: 'priority' },
        background: { background: true },
        'fetched document': {
          input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'https://example.org/x' }] }],
        },
      };

tell('asks: as it should', await ask(plain));
tell('asks: another model', await ask({ ...plain, model: 'claude-fable-5-2' }));
tell('asks: no model', await ask({}));
for (const [name, more] of Object.entries(bodies)) tell(`asks: ${name}`, await ask({ ...plain, ...more }));
const key = { 'x-api-key': 'sk-of-its-own', authorization: 'Bearer sk-of-its-own' };
tell('asks: with a key of its own', await ask(plain, { headers: key }));
const paths = [
  other,
  '/v1/models',
  `${own}/../models`,
  `${own}?beta=false`,
  `/${own}`,
  '/',
  'http://169.254.169.254/latest',
];
for (const path of paths) tell(`asks: path ${path}`, await ask(plain, { path }));
for (const method of ['GET', 'PUT', 'DELETE']) tell(`asks: ${method}`, await ask(plain, { method }));

/** What the boundary answers to CONNECT. */
const tunnel = (place) =>
  new Promise((resolve) => {
    const socket = connect(3128, '127.0.0.1', () =>
      socket.write(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n\r\n`),
    );
    let head = '';
    socket.setTimeout(20_000, () => socket.destroy());
    socket.on('data', (bytes) => (head += bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 'refused'));
  });

const places = [
  'example.org:443',
  '169.254.169.254:80',
  'metadata.google.internal:443',
  'localhost:443',
  '127.0.0.1:22',
];
for (const place of [...places, '[::1]:443', '2130706433:443', '0x7f.1:443', 'LOCALHOST.:443'])
  tell(`tunnel: ${place}`, await tunnel(place));
