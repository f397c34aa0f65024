import type { Progress, Writing } from '../chain/ports.ts';
import { clean } from './markdown.ts';

const words: Readonly<Record<Progress['step'], readonly [begins: string, done: string]>> = {
  layer: ["builds the project's image layer", 'image layer built'],
  cache: ['runs setup to fill the cache', 'setup filled the cache'],
  setup: ['runs setup in its checkout', 'setup done'],
};

/** What happens just now: an agent's remark as it is, or how far the environment is. */
export function remarkText(remark: string | Progress): string {
  if (typeof remark === 'string') return remark;
  const [begins, done] = words[remark.step];
  return remark.ms === null ? begins : `${done} in ${seconds(remark.ms)}`;
}

/** Of what an agent is writing, what may be seen so far: text, in which nothing is read as Markdown. */
export const writingText = ({ writes }: Writing): string => clean(writes).trimStart();

/** The beginning of a sentence about what is done. */
export const did = (step: Progress['step']): string => {
  const [, done] = words[step];
  return done.slice(0, 1).toUpperCase() + done.slice(1);
};

export const seconds = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
