import type * as contract from './files.ts';

/** The values of files.ts without its zod, which no container has. The types keep the two equal. */
const IN: typeof contract.IN = '/session/in';
const OUT: typeof contract.OUT = '/session/out';
const EGRESS: typeof contract.EGRESS = '/session/egress';
const WORK: typeof contract.WORK = '/work';
export const BOUNDARY_PORT: typeof contract.BOUNDARY_PORT = 3128;
export const TOOLS_PORT: typeof contract.TOOLS_PORT = 3129;
export const AGENT_UID: typeof contract.AGENT_UID = 10001;

export type Places = {
  readonly spec: string;
  readonly mail: string;
  readonly record: string;
  readonly socket: string;
  readonly work: string;
  readonly home: string;
};

/** Where everything is; `root` is '' in a container and a folder of its own in a test. */
export function placesUnder(root: string): Places {
  return {
    spec: `${root}${IN}/spec.json`,
    mail: `${root}${IN}/mail.jsonl`,
    record: `${root}${OUT}/record.jsonl`,
    socket: `${root}${EGRESS}/boundary.sock`,
    work: `${root}${WORK}`,
    home: `${root}/home/agent`,
  };
}
