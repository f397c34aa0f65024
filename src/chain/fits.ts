import type { Extra } from './extras.ts';
import { Role } from './roles.ts';
import type { Cli, RoleSettings } from './roles.ts';

/** What this machine has. Memory in GiB. */
export type Machine = { readonly cores: number; readonly memoryGiB: number };

type Provider = 'anthropic' | 'openai';

const providers: Readonly<Record<Cli, Provider>> = { claude: 'anthropic', codex: 'openai' };

/** Names that mean another model tomorrow; the boundary lets through exactly what is named. */
const ALIAS =
  /^(?:(?:claude-)?(?:default|best|opus|sonnet|haiku|fable|opusplan|instant)(?:\[\w+\])?|gpt|codex|.*-latest)$/i;

/** Why a role could not run as the config has it: a sentence for each setting that does not fit. */
export function misfits(
  settings: Readonly<Record<Role, RoleSettings>>,
  accounts: Readonly<Record<string, { readonly provider: Provider }>>,
  machine: Machine,
): readonly string[] {
  return Role.options.flatMap((role) =>
    misfitsOf(settings[role], accounts, machine).map(([key, why]) => `roles.${role}.${key}: ${why}`),
  );
}

type Misfit = readonly [keyof RoleSettings, string];

function misfitsOf(
  { cli, account, model, memoryGiB, cpus }: RoleSettings,
  accounts: Readonly<Record<string, { readonly provider: Provider }>>,
  machine: Machine,
): readonly Misfit[] {
  const provider = Object.hasOwn(accounts, account) ? accounts[account]?.provider : undefined;
  const wanted = providers[cli];
  const has = Math.floor(machine.memoryGiB * 10) / 10;
  return [
    ...(provider === undefined ? [['account', `there is no ${account} under accounts.`] as const] : []),
    ...(provider !== undefined && provider !== wanted
      ? [
          [
            'account',
            `${account} is of ${provider}, and ${cli} speaks to ${wanted} alone: name an account of ${wanted}, or another cli.`,
          ] as const,
        ]
      : []),
    ...(ALIAS.test(model)
      ? [
          [
            'model',
            `${model} is an alias, which means another model tomorrow: name the full id, e.g. ${wanted === 'anthropic' ? 'claude-opus-5-5' : 'gpt-6.1-sol'}.`,
          ] as const,
        ]
      : []),
    ...(memoryGiB > machine.memoryGiB
      ? [['memoryGiB', `${memoryGiB} GiB do not fit: this machine has ${has}.`] as const]
      : []),
    ...(cpus > machine.cores ? [['cpus', `${cpus} do not fit: this machine has ${machine.cores}.`] as const] : []),
  ];
}

/** Why an extra would reach nobody, or two be one: a sentence each. */
export function strayExtras(
  extras: readonly Extra[],
  settings: Readonly<Record<Role, RoleSettings>>,
  projects: readonly string[],
): readonly string[] {
  return extras.flatMap(({ kind, name, roles = [], projects: of = [] }, n) => {
    const codex = kind === 'plugin' ? roles.filter((role) => settings[role].cli !== 'claude') : [];
    const unknown = of.filter((project) => !projects.includes(project));
    return [
      ...(extras.findIndex((other) => other.name === name) < n ? ['another one has that name.'] : []),
      ...codex.map((role) => `a plugin is for claude, and the ${role} runs ${settings[role].cli}.`),
      ...unknown.map((project) => `there is no project ${project}.`),
    ].map((why) => `extras.${name}: ${why}`);
  });
}
