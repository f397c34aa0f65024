import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import { z } from 'zod';
import { OUTBOX } from '../worker/files.ts';

/** Everything that defines a container. Two with an equal definition are the same one, started at different times. */
export const Definition = z.strictObject({
  image: z.string(),
  /** `uid:gid` inside. */
  user: z.string(),
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()),
  folder: z.string(),
  /** A container of ours without a network whose loopback it shares; else a loopback of its own. */
  beside: z.string().optional(),
  /** Folders and files of this machine, absolute; one that is missing is an error, never made. */
  mounts: z.array(z.strictObject({ from: z.string(), to: z.string(), access: z.enum(['read', 'write']) })),
  /** Capabilities kept of all that are dropped. */
  capabilities: z.array(z.enum(['SETUID', 'SETGID', 'KILL', 'CHOWN', 'DAC_READ_SEARCH'])),
  memoryGiB: z.number(),
  cpus: z.number(),
  /** OCI runtime, e.g. `runsc`; null is the engine's own choice. */
  runtime: z.string().nullable(),
  /** What the engine keeps of the output: sessions keep some for a person to look at. */
  log: z.enum(['local', 'none']),
});
export type Definition = z.infer<typeof Definition>;

/** Folders of a definition that its processes may write. */
export const writable = ({ mounts }: Definition): readonly string[] =>
  mounts.flatMap(({ from, access }) => (access === 'write' ? [from] : []));

const PIDS = 512;
const MIB = 1024 ** 2;

/** Sized, so that nothing fills the machine's memory; /tmp can run programs because builds and tests do. */
const tmpfs = {
  '/tmp': 'rw,exec,nosuid,nodev,size=512m,mode=1777',
  '/home/agent': 'rw,exec,nosuid,nodev,size=64m,uid=10001,gid=10001,mode=0700',
  [OUTBOX]: 'rw,noexec,nosuid,nodev,size=64m,nr_inodes=1k,uid=10001,gid=10001,mode=0700',
  '/run/agent': 'rw,noexec,nosuid,nodev,size=4m,uid=0,mode=0700',
};

/** The perimeter that every container of ours has: no network, no capabilities but those named, a read-only root, limits. */
export function createOptions(
  name: string,
  labels: Readonly<Record<string, string>>,
  of: Definition,
): Docker.ContainerCreateOptions {
  const memory = Math.round(of.memoryGiB * 1024 * MIB);
  return {
    name,
    Image: of.image,
    User: of.user,
    Entrypoint: [],
    Cmd: [...of.command],
    Env: Object.entries(of.env).map(([key, value]) => `${key}=${value}`),
    WorkingDir: of.folder,
    Labels: { ...labels, 'signalbox.spec': specHash(of) },
    HostConfig: {
      NetworkMode: of.beside === undefined ? 'none' : `container:${of.beside}`,
      CapDrop: ['ALL'],
      CapAdd: [...of.capabilities],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Init: true,
      PidsLimit: PIDS,
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: Math.round(of.cpus * 1e9),
      Tmpfs: tmpfs,
      Mounts: of.mounts.map(({ from, to, access }) => ({
        Type: 'bind',
        Source: from,
        Target: to,
        ReadOnly: access === 'read',
      })),
      LogConfig: { Type: of.log, Config: {} },
      ...(of.runtime === null ? {} : { Runtime: of.runtime }),
    },
  };
}

export function specHash(definition: Definition): string {
  return createHash('sha256')
    .update(JSON.stringify(Definition.parse(definition)))
    .digest('hex')
    .slice(0, 32);
}
