/**
 * The smallest of the values that at least `share` (0 to 1) of them do not exceed: nearest rank, so always one that was seen.
 * Throws RangeError for no values.
 */
export function percentile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  const found = ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)];
  if (found === undefined) throw new RangeError('no values were measured');
  return found;
}

/** The middle value, or halfway between the two in the middle. Throws RangeError for no values. */
export function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const [low, high] = [ordered[Math.ceil(ordered.length / 2) - 1], ordered[Math.floor(ordered.length / 2)]];
  if (low === undefined || high === undefined) throw new RangeError('no values were measured');
  return (low + high) / 2;
}

/** For many values: where most of them are, and the worst. */
export const spread = (
  values: readonly number[],
): { n: number; p50: number; p95: number; p99: number; max: number } => ({
  n: values.length,
  p50: percentile(values, 0.5),
  p95: percentile(values, 0.95),
  p99: percentile(values, 0.99),
  max: percentile(values, 1),
});

/** For a few values: the middle and both ends. */
export const middle = (values: readonly number[]): { n: number; median: number; min: number; max: number } => ({
  n: values.length,
  median: median(values),
  min: percentile(values, 0),
  max: percentile(values, 1),
});
