import { parse } from 'yaml';
import { defaultPolicy, Policy } from '../chain/policy.ts';
import type { Head } from '../chain/ids.ts';
import { gitOut } from './git.ts';

export const POLICY_PATH = '.signalbox/policy.yaml';
const MOST_BYTES = 64 * 1024;

type PolicyRead = { readonly ok: true; readonly policy: Policy } | { readonly ok: false; readonly reason: string };

/** Reads the policy file of a commit; none means the defaults. A reason names the file and each path in it that is wrong. */
export async function readPolicy(mirror: string, at: Head): Promise<PolicyRead> {
  const listed = await gitOut(mirror, ['ls-tree', '-z', '-l', at, '--', POLICY_PATH]);
  if (listed === '') return { ok: true, policy: defaultPolicy };
  const refuse = (what: string): PolicyRead => ({ ok: false, reason: `${POLICY_PATH} at ${at.slice(0, 8)} ${what}` });
  const [mode = '', , blob = '', size = ''] = listed.split(/[\s\0]+/);
  if (!mode.startsWith('100')) return refuse('is not a regular file.');
  if (Number(size) > MOST_BYTES) return refuse(`is larger than ${MOST_BYTES / 1024} KiB.`);
  let found: unknown;
  try {
    found = parse(await gitOut(mirror, ['cat-file', 'blob', blob]));
  } catch (error) {
    return refuse(`is not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  if (found !== null && typeof found === 'object' && 'services' in found)
    return refuse(
      'names services, which are not supported yet. Take `services` out; install what the tests need in the image layer, and let the tests start it.',
    );
  const policy = Policy.safeParse(found ?? {});
  if (policy.success) return { ok: true, policy: policy.data };
  const issues = policy.error.issues.map((issue) => `  ${issue.path.join('.') || '(top level)'}: ${issue.message}`);
  return refuse(`is not valid:\n${issues.join('\n')}`);
}

/** The files in which projects tell agents how to work, the first one that is there. */
const GUIDANCE = ['AGENTS.md', 'CLAUDE.md'];

/** What a commit tells agents, as text: at most 64 KiB of a regular file at the top level, else nothing. */
export async function readGuidance(mirror: string, at: Head): Promise<string> {
  for (const path of GUIDANCE) {
    const [mode = '', , blob = '', size = ''] = (await gitOut(mirror, ['ls-tree', '-z', '-l', at, '--', path])).split(
      /[\s\0]+/,
    );
    if (mode.startsWith('100') && Number(size) <= MOST_BYTES) return gitOut(mirror, ['cat-file', 'blob', blob]);
  }
  return '';
}
