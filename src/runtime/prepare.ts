import { join } from 'node:path';
import { z } from 'zod';
import type { SessionId } from '../chain/ids.ts';
import type { SessionSpec } from '../chain/ports.ts';
import { EGRESS, IN, OUT, Spec, STATE, WORK } from '../worker/files.ts';
import { agents } from './agents/index.ts';
import type { Say } from './cache.ts';
import { makeCheckout } from './checkout.ts';
import { Definition } from './container.ts';
import { claimDurably, readIfThere } from './durable.ts';
import { extrasOf, keepExtras, makeRoom, mountsOf } from './extras.ts';
import { tunnelEnv } from './hosts.ts';
import { placesOf } from './installation.ts';
import type { Installation } from './installation.ts';
import { layoutOf, makeFolders, putFile } from './layout.ts';
import type { Layout } from './layout.ts';
import { uuidOf, wordsOf } from './legs.ts';
import { readMail } from './mail.ts';
import { makeReady, untouched } from './setup.ts';
import type { Ready } from './setup.ts';
import { recordReader } from './record.ts';
import { renderTranscript } from './transcript.ts';

const AGAIN =
  'Your container was lost and replaced. The last command may not have run, or only in part: look at what is there, then go on.';

/**
 * Lays out everything that a session needs, once: what was laid out stays as it is, so that a restarted controller means the same
 * container. Answers its definition.
 */
export async function prepareSession(site: Installation, spec: SessionSpec, say: Say): Promise<Definition> {
  const at = layoutOf(placesOf(site), spec.session);
  const fixed = await readIfThere(at.fixed);
  if (fixed !== null) return Definition.parse(JSON.parse(fixed));
  await makeFolders(at);
  const { role, settings, handoff, tools } = spec;
  const agent = agents[settings.cli];
  const { access } = spec.checkout;
  const extras = await keepExtras(at, extrasOf(site.extras, spec));
  await makeRoom(at, settings.cli, extras);
  const { files, mounts, ...launch } = agent.launch({
    conversation: uuidOf(spec.session, 'conversation'),
    role,
    access,
    asks: spec.asks,
    settings,
    handoff,
    extras,
  });
  for (const [name, text] of Object.entries(files)) await putFile(join(at.in, name), text);
  for (const [name, text] of Object.entries(spec.files)) await putFile(join(at.files, name), text);
  for (const earlier of spec.transcripts) {
    await putFile(join(at.files, `transcript-${earlier}.md`), await transcriptOf(site, earlier));
  }
  const tree = await makeCheckout(site, spec);
  const ready = access === 'write' ? await makeReady(site, spec, tree, say) : untouched(site);
  const words = wordsOf(spec);
  const prompt = ready.failed === null ? words : { ...words, text: `${words.text}\n\n${badSetup(ready.failed)}` };
  const env = { ...launch.env, ...tunnelEnv(access), ...ready.env };
  const written: Spec = { v: 1, session: spec.session, cli: settings.cli, ...launch, env, prompt, tools, again: AGAIN };
  await putFile(at.spec, JSON.stringify(written));
  const sees = Object.entries(mounts).map(([name, to]) => ({ from: join(at.in, name), to, access: 'read' as const }));
  const definition = define(site, spec, at, tree, ready, [...sees, ...mountsOf(settings.cli, extras)]);
  await claimDurably(at.fixed, JSON.stringify(definition));
  return definition;
}

const badSetup = (said: string): string =>
  `The project's setup was run in your checkout and failed. What failed, and its last lines:\n\n${said}`;

/** Worker and tmux are uid 0 with three capabilities, in the controller's group; the CLI becomes the agent's uid and has none. */
function define(
  site: Installation,
  { settings, role, checkout }: SessionSpec,
  at: Layout,
  tree: string,
  { image, mounts }: Ready,
  besides: Definition['mounts'],
): Definition {
  return {
    image,
    user: `0:${process.getgid?.() ?? 0}`,
    command: ['bash', '/opt/signalbox/entry.sh'],
    env: {},
    folder: '/',
    mounts: [
      { from: at.in, to: IN, access: 'read' },
      { from: at.out, to: OUT, access: 'write' },
      { from: at.state, to: STATE, access: 'write' },
      { from: at.egress, to: EGRESS, access: 'read' },
      { from: tree, to: WORK, access: checkout.access },
      { from: join(site.root, 'roles', role), to: '/role', access: 'read' },
      { from: join(site.root, 'src', 'worker'), to: '/opt/signalbox', access: 'read' },
      ...mounts,
      ...besides,
    ],
    capabilities: ['SETUID', 'SETGID', 'KILL'],
    memoryGiB: settings.memoryGiB,
    cpus: settings.cpus,
    runtime: site.engine.runtime,
    log: 'local',
  };
}

/** An earlier session as the next role reads it. One whose folder is gone says so instead of failing the task. */
export async function transcriptOf(site: Installation, session: SessionId): Promise<string> {
  const at = layoutOf(placesOf(site), session);
  const spec = z
    .object({ cli: Spec.shape.cli, prompt: Spec.shape.prompt })
    .safeParse(JSON.parse((await readIfThere(at.spec)) ?? 'null'));
  if (!spec.success) return `The record of ${session} is not on this machine any more.\n`;
  return renderTranscript(
    session,
    spec.data,
    await readMail(at.mail),
    await recordReader(at.record, site.known).read(),
  );
}
