import type { Cover } from '../chain/covered.ts';
import type { Extra } from '../chain/extras.ts';
import type { ProjectId } from '../chain/ids.ts';
import type { Files } from '../chain/ports.ts';
import type { Site } from './checkout.ts';
import type { Places } from './layout.ts';

export type Installation = Site & {
  /** Where sockets are: a short path. */
  readonly egress: string;
  /** Where sessions of a project that write code may go, by the config and what an admin said until now. */
  readonly hosts: (project: ProjectId) => readonly string[];
  /** What the config gives to sessions. */
  readonly extras: readonly Extra[];
  /** Covers the secrets of this machine in what a record says. */
  readonly known: Cover;
  /** What people sent and agents left. */
  readonly files: Files;
  /** Where this checkout of Signalbox is: the worker and the roles are mounted from it. */
  readonly root: string;
};

export const placesOf = (site: Installation): Places => ({
  data: site.data,
  egress: site.egress,
  box: site.engine.box,
});
