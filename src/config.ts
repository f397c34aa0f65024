import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Account, Host, Server } from './boundary/files.ts';
import type { Servers } from './boundary/files.ts';
import { listPrices, Price } from './boundary/prices.ts';
import type { Prices } from './boundary/prices.ts';
import { Extra } from './chain/extras.ts';
import { misfits, strayExtras } from './chain/fits.ts';
import type { Links } from './chain/links.ts';
import type { Machine } from './chain/fits.ts';
import { ProjectId } from './chain/ids.ts';
import type { Beside } from './chain/instead.ts';
import { Right } from './chain/person.ts';
import { Role, roles, RoleSettings } from './chain/roles.ts';
import type { RoleSettings as Settings } from './chain/roles.ts';

const People = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string().min(1).max(60),
  may: Right,
  /** sha256, hex, of the key that this person's local web chat sends. */
  consoleKeyHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

const Project = z.strictObject({
  id: ProjectId,
  /** Path of a bare git repository on this machine. */
  repository: z.string().min(1),
  base: z.string().min(1).default('main'),
  /** `platform:channel`, e.g. `console:site`. */
  channels: z.array(z.string().regex(/^[a-z]+:.+$/, 'platform:channel, e.g. console:site')).min(1),
  /** On the merge allowlist? Nothing merges without it. */
  merges: z.boolean().default(false),
  /** Soak: while it lasts nothing merges without a person's tap. Written true it lasts whatever is said in chat; left out it lasts until an admin ends it there. */
  soak: z.boolean().optional(),
  /** Where sessions that write code may go over TLS, e.g. `registry.npmjs.org`. Nowhere without it. */
  hosts: z.array(Host).max(100).default([]),
});

const dollars = z.number().positive().max(1_000_000);

/** In USD. `warn` says so once in the thread; no request leaves that might cost more than is left of `task` or of `day`. */
const Budget = z
  .strictObject({
    warn: dollars.default(5),
    /** All that one task may spend, until a person raises it. */
    task: dollars.default(20),
    /** All that this data folder may spend in a day of UTC. */
    day: dollars.default(100),
  })
  .or(z.literal('none'));

const File = z.strictObject({
  people: z.array(People).min(1, 'at least one person must be allowed to act'),
  projects: z.array(Project).min(1),
  accounts: z.record(z.string().regex(/^[a-z0-9-]{1,40}$/), Account, {
    error: ({ code }) =>
      code === 'invalid_key' ? 'an account has lower-case letters, digits and dashes, at most 40' : undefined,
  }),
  roles: z.partialRecord(Role, RoleSettings.partial().strict()).default({}),
  /** Plugins, skills and servers that sessions get beside their checkout. */
  extras: z.array(Extra).max(20).default([]),
  /** How many tasks work at once. Without it: as many as cores, and 2 GiB each beside the 2 that the rest needs. */
  slots: z.number().int().min(1).max(64).optional(),
  budget: Budget.prefault({}),
  /** By full model id; adds to the price list and replaces what is in it. */
  prices: z.record(z.string().min(1), Price).default({}),
  disk: z
    .strictObject({
      /** What one session, or one run of the tests, may take of the disk. */
      sessionGiB: z.number().min(0.01).max(10_000).default(10),
      sessionFiles: z.number().int().min(1_000).max(1_000_000_000).default(1_000_000),
      /** With less of the disk free nothing starts, and what runs stops. 0 switches that off. */
      keepFreePercent: z.number().min(0).max(50).default(10),
      /** Kept in the data folder for journals, and given back when the disk is full. */
      reserveMiB: z.number().int().min(0).max(10_240).default(64),
    })
    .prefault({}),
  console: z.strictObject({ port: z.number().int().min(0).max(65535).default(7461) }).prefault({}),
  container: z
    .strictObject({
      runtime: z.string().optional(),
      socket: z.string().default('/var/run/docker.sock'),
      image: z.string().optional(),
    })
    .prefault({}),
});

export type Config = Readonly<Omit<z.infer<typeof File>, 'roles' | 'budget' | 'prices'>> & {
  /** Absolute path of the data folder. */
  readonly data: string;
  readonly roles: Readonly<Record<Role, Settings>>;
  /** The extras that are reached by URL, as the boundary knows them. */
  readonly servers: Servers;
  /** Null: nothing is capped. */
  readonly budget: { readonly warn: number; readonly task: number; readonly day: number } | null;
  readonly prices: Prices;
};

export type ConfigRead =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly reason: string };

const thisMachine = (): Machine => ({ cores: availableParallelism(), memoryGiB: totalmem() / 2 ** 30 });

/** Reads `<data>/signalbox.yaml`. A refusal names the file, each path in it and what is wrong there. */
export async function readConfig(data: string, machine: Machine = thisMachine()): Promise<ConfigRead> {
  const file = resolve(data, 'signalbox.yaml');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return {
      ok: false,
      reason: `${file} cannot be read (${(error as NodeJS.ErrnoException).code}). Write one: docs/operate.md has an example.`,
    };
  }
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (error) {
    return { ok: false, reason: `${file} is not YAML: ${(error as Error).message}` };
  }
  const read = File.safeParse(parsed);
  if (!read.success) {
    return invalid(file, read.error.issues.map(sentence));
  }
  const settings = settingsOf(read.data.roles, machine);
  const { accounts } = read.data;
  const servers = serversOf(read.data.extras);
  const wrong = [
    ...misfits(settings, accounts, machine),
    ...strayExtras(
      read.data.extras,
      settings,
      read.data.projects.map(({ id }) => id),
    ),
    ...servers.wrong,
  ];
  if (wrong.length > 0) return invalid(file, wrong);
  const budget = read.data.budget === 'none' ? null : read.data.budget;
  const prices = { ...listPrices, ...read.data.prices };
  const unpriced = Role.options.filter((role) => !Object.hasOwn(prices, settings[role].model));
  if (budget !== null && unpriced.length > 0) {
    const models = [...new Set(unpriced.map((role) => settings[role].model))];
    return {
      ok: false,
      reason: `${file}: ${models.join(', ')} of ${unpriced.join(', ')} has no price, so no budget can be kept. Put it under prices (docs/operate.md has an example), or set budget: none.`,
    };
  }
  const given = { data: resolve(data), roles: settings, servers: servers.known, budget, prices };
  return { ok: true, config: Object.freeze({ ...read.data, ...given }) };
}

/** What the boundary's schema makes of them; a sentence for each that does not fit. */
function serversOf(extras: readonly Extra[]): { readonly known: Servers; readonly wrong: readonly string[] } {
  const read = extras.flatMap((extra) =>
    extra.kind === 'mcp-url' ? [{ name: extra.name, ...Server.safeParse(extra) }] : [],
  );
  return {
    known: Object.fromEntries(read.flatMap(({ name, data }) => (data === undefined ? [] : [[name, data]]))),
    wrong: read.flatMap(({ name, error }) =>
      (error?.issues ?? []).map(({ path, message }) => `extras.${name}.${path.join('.')}: ${message}`),
    ),
  };
}

const invalid = (file: string, issues: readonly string[]): ConfigRead => ({
  ok: false,
  reason: `${file} is not valid:\n${issues.map((issue) => `  ${issue}`).join('\n')}`,
});

/** A misspelt role or setting is told which there are. */
function sentence({ code, path, message, ...issue }: z.core.$ZodIssue): string {
  const at = path.join('.') || '(top level)';
  const known = path[0] !== 'roles' ? null : path.length === 1 ? Role.options : Object.keys(RoleSettings.shape);
  if (code !== 'unrecognized_keys' || known === null || !('keys' in issue)) return `${at}: ${message}`;
  const what = path.length === 1 ? 'role' : 'setting of a role';
  return `${at}: there is no ${what} ${issue.keys.join(', ')}; there is ${known.join(', ')}.`;
}

/** The config's over the defaults, which take no more processors than there are. */
function settingsOf(given: z.infer<typeof File>['roles'], { cores }: Machine): Record<Role, Settings> {
  const of = (role: Role): Settings => {
    const usual = roles[role].settings;
    return { ...usual, cpus: Math.min(usual.cpus, cores), ...given[role] } as Settings;
  };
  return Object.fromEntries(Role.options.map((role) => [role, of(role)])) as Record<Role, Settings>;
}

/**
 * The other subscriptions of an account's provider, in the order of the config. A conversation with OpenAI carries reasoning that only the
 * organization which began it can read ("Encrypted content organization_id did not match the target organization"). Anthropic signs for the
 * model and the conversation, not for who asks.
 */
export function besideOf(accounts: Config['accounts']): Beside {
  return (account) => {
    const provider = accounts[account]?.provider;
    return Object.entries(accounts).flatMap(([name, other]) =>
      name !== account && other.provider === provider && other.kind === 'subscription'
        ? [{ account: name, keeps: provider === 'anthropic' }]
        : [],
    );
  };
}

export const hostsIn = ({ projects }: Config, project: ProjectId): readonly string[] =>
  projects.find(({ id }) => id === project)?.hosts ?? [];

/** What the config says of channels. */
export function linksOf(config: Config): Links {
  const places = config.projects.flatMap(({ id, channels }) =>
    channels.map((name) => ({
      id,
      platform: name.slice(0, name.indexOf(':')),
      channel: name.slice(name.indexOf(':') + 1),
    })),
  );
  return {
    projects: config.projects.map(({ id }) => id),
    people: config.people.map(({ id, name, may }) => ({ id, name, may })),
    projectOf: (platform, channel) =>
      places.find((place) => place.platform === platform && place.channel === channel)?.id ?? null,
    placesOf: (project) =>
      places.filter((place) => place.id === project).map(({ platform, channel }) => ({ platform, channel })),
    beside: besideOf(config.accounts),
    hostsOf: (project) => hostsIn(config, project),
  };
}

/** What is written of a project; one that is gone merges nothing. */
export const rulesOf =
  ({ projects }: Config) =>
  (id: ProjectId): { readonly merges: boolean; readonly soak: boolean | null } => {
    const { merges = false, soak = null } = projects.find((project) => project.id === id) ?? { soak: true };
    return { merges, soak };
  };

/** Every environment read of the controller. `SIGNALBOX_DATA` moves the data folder. */
export function dataFolder(argument: string | undefined, env: NodeJS.ProcessEnv, root: string): string {
  return resolve(argument ?? env['SIGNALBOX_DATA'] ?? resolve(root, 'data'));
}
