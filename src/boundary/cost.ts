import type { Usage } from './files.ts';
import type { Price } from './prices.ts';

/** What of a request's body says how dear it may become. */
export type Size = {
  readonly bytes: number;
  /** The most that it lets the model write; null where it says nothing. */
  readonly output: number | null;
  /** How many pictures it carries. */
  readonly images: number;
  /** It carries a document, whose text may be longer than its bytes. */
  readonly documents: boolean;
  /** It asks the provider to keep what it reads for longer than usual. */
  readonly keeps: boolean;
};

/** Tokens that the provider adds to a body by itself, e.g. how it explains the tools to the model; and more than it makes of any one picture. */
const added = 4_000;
const picture = 20_000;

/** USD, rounded up to a millionth. The most that a request can cost: a token is at least a byte, all input is written to the cache, and all output comes. */
export function worstOf(price: Price, { bytes, output, images, documents, keeps }: Size): number {
  const most = bytes + added + images * picture;
  const input = documents ? price.maxInput : Math.min(price.maxInput, most);
  const written = Math.min(output ?? price.maxOutput, price.maxOutput);
  const perToken = Math.max(price.input, price.cacheRead, price.cacheWrite, keeps ? long(price) : 0);
  return total(price, input, input * perToken, written * price.output);
}

/** USD, rounded up to a millionth. */
export function costOf(price: Price, usage: Usage, keeps: boolean): number {
  const { input, cached, written, output } = usage;
  const longer = Math.min(written, usage.writtenLong ?? (keeps ? written : 0));
  const fresh = Math.max(0, input - cached - written);
  const read =
    fresh * price.input + cached * price.cacheRead + (written - longer) * price.cacheWrite + longer * long(price);
  return total(price, input, read, output * price.output);
}

const long = ({ cacheWrite, cacheWriteLong }: Price): number => cacheWriteLong ?? cacheWrite;

function total({ long: dearer }: Price, input: number, read: number, written: number): number {
  const [more, most] = dearer !== undefined && input > dearer.above ? [dearer.input, dearer.output] : [1, 1];
  return Math.ceil(read * more + written * most) / 1e6;
}
