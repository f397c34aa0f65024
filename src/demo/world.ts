import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startRehearsal } from './rehearsal.ts';
import type { Rehearsal, RehearsalOptions } from './rehearsal.ts';
import { makeSample } from './sample.ts';

/** Everything of a demo but the controller: settings, sample repository, rehearsed model. */
export type World = {
  readonly data: string;
  readonly repository: string;
  readonly port: number;
  readonly channel: string;
  /** Keys of two people: an admin, and a guest who may merge. */
  readonly keys: { readonly you: string; readonly guest: string };
  readonly rehearsal: Rehearsal;
};

const CHANNEL = 'postbox';
/** A model that Codex does not know, so that it uses plain function tools. */
const CODEX_MODEL = 'signalbox-rehearsal';

/** Makes a demo in `data`, or goes on with the one that is there: the repository, the journals and the keys stay. */
export async function makeWorld(data: string, port: number, rehearse: RehearsalOptions): Promise<World> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const repository = join(data, 'sample', 'postbox.git');
  if (!(await exists(join(data, 'sample', 'made')))) {
    await rm(join(data, 'sample'), { recursive: true, force: true });
    await makeSample(join(data, 'sample'));
    await writeFile(join(data, 'sample', 'made'), '');
  }
  const keys = { you: await secret(join(data, 'key-you')), guest: await secret(join(data, 'key-guest')) };
  const claude = join(data, 'credential-claude');
  const codex = join(data, 'credential-codex');
  await Promise.all([secret(claude), secret(codex)]);
  const rehearsal = await startRehearsal(rehearse);
  const settings = {
    people: [
      { id: 'you', name: 'You', may: 'admin', consoleKeyHash: hash(keys.you) },
      { id: 'guest', name: 'Guest', may: 'merge', consoleKeyHash: hash(keys.guest) },
    ],
    projects: [{ id: 'postbox', repository, channels: [`console:${CHANNEL}`], merges: true }],
    accounts: {
      claude: { provider: 'anthropic', kind: 'subscription', credentialFile: claude, upstream: rehearsal.url },
      codex: { provider: 'openai', kind: 'subscription', credentialFile: codex, upstream: rehearsal.url },
    },
    roles: { coder: { model: CODEX_MODEL } },
    // Made up, as the model is: without a price no budget could be kept.
    prices: { [CODEX_MODEL]: { input: 1, cacheWrite: 1.25, cacheRead: 0.1, output: 5 } },
    console: { port },
  };
  await writeFile(join(data, 'signalbox.yaml'), stringify(settings), { mode: 0o600 });
  return { data, repository, port, channel: CHANNEL, keys, rehearsal };
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const hash = (key: string): string => createHash('sha256').update(key).digest('hex');

/** A random secret in a file of its own, made once. */
async function secret(path: string): Promise<string> {
  if (await exists(path)) return readFile(path, 'utf8');
  const made = randomBytes(32).toString('base64url');
  await writeFile(path, made, { mode: 0o600 });
  return made;
}
