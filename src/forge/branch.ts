/** Far stricter than git: what a flag, a pattern, a revision or a shell might read otherwise is no branch of ours. */
const strict = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** The full ref of a branch. Throws a sentence when the name is not one that Signalbox takes. */
export function branchRef(branch: string): string {
  const bad = branch.length > 200 || !strict.test(branch) || /\.\.|\.(?:lock)?(?:\/|$)|^refs\/|^HEAD$/.test(branch);
  if (bad) {
    const name = JSON.stringify(branch.slice(0, 80));
    throw new Error(
      `${name} cannot be a branch here: use letters, digits, dots, dashes, underscores and slashes, at most 200.`,
    );
  }
  return `refs/heads/${branch}`;
}

/**
 * The commands with which the machine's owner merges a change that Signalbox does not merge from chat. The change is seen as merged
 * once its head is on the base branch.
 */
export function mergeByHand(change: {
  readonly repository: string;
  readonly base: string;
  readonly head: string;
}): string {
  const quoted = `'${change.repository.replaceAll("'", `'\\''`)}'`;
  return [
    `git clone --branch ${change.base} ${quoted} by-hand && cd by-hand`,
    `git merge --no-ff ${change.head} && git push origin ${change.base}`,
  ].join('\n');
}
