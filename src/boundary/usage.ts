import { z } from 'zod';
import type { Account, Usage } from './files.ts';

/** Looks at an answer's bytes as they pass. It keeps them no longer than it needs to find the provider's own count. */
export type UsageReader = {
  see(chunk: Buffer): void;
  /** Null until the provider's last count was seen. */
  usage(): Usage | null;
  /** The code of an error that came in the stream, after a status that told of none. Null until it was seen. */
  failure(): string | null;
};

/** Codex's last event holds the whole answer. A longer line is not read; nobody holds more than this for it. */
const longestLine = 16 * 2 ** 20;

/** Only what holds one of these is parsed. */
const tells = ['"usage"', '"response.failed"'];

const count = z.number().nonnegative().nullish();

const AnthropicTokens = z.object({
  input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z.object({ ephemeral_1h_input_tokens: count }).nullish(),
  cache_read_input_tokens: count,
  output_tokens: count,
});

const AnthropicSaid = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message_start'), message: z.object({ usage: AnthropicTokens }) }),
  z.object({ type: z.literal('message_delta'), usage: AnthropicTokens }),
  z.object({ type: z.literal('message'), usage: AnthropicTokens }),
]);

const Response = z.object({
  usage: z.object({
    input_tokens: z.number().nonnegative(),
    input_tokens_details: z.object({ cached_tokens: count, cache_write_tokens: count }).nullish(),
    output_tokens: z.number().nonnegative(),
  }),
});

const OpenaiSaid = z.union([
  z.object({ type: z.enum(['response.completed', 'response.incomplete', 'response.failed']), response: Response }),
  Response.extend({ object: z.literal('response') }),
]);

const Failed = z.object({
  type: z.literal('response.failed'),
  response: z.object({ error: z.object({ code: z.string() }) }),
});

/** Of a successful answer: an SSE stream, or else one JSON object. */
export function usageReader(provider: Account['provider'], contentType: string | undefined): UsageReader {
  const said = provider === 'anthropic' ? anthropicUsage() : openaiUsage();
  const streamed = /^text\/event-stream\b/i.test(contentType ?? '');
  let line: Buffer[] = [];
  let length = 0;

  function take(): void {
    const text = Buffer.concat(line);
    line = [];
    const tooLong = length > longestLine;
    length = 0;
    const json = streamed ? text.subarray('data:'.length) : text;
    if (
      tooLong ||
      (streamed && text.toString('latin1', 0, 5) !== 'data:') ||
      !tells.some((word) => json.includes(word))
    ) {
      return;
    }
    try {
      said.take(JSON.parse(json.toString()));
    } catch {
      // What is not JSON carries no count.
    }
  }

  function keep(bytes: Buffer): void {
    length += bytes.length;
    if (length <= longestLine) {
      line.push(bytes);
    } else {
      line = [];
    }
  }

  return {
    see: (chunk) => {
      let from = 0;
      for (let newline = streamed ? chunk.indexOf(10) : -1; newline >= 0; newline = chunk.indexOf(10, from)) {
        keep(chunk.subarray(from, newline));
        from = newline + 1;
        take();
      }
      keep(chunk.subarray(from));
    },
    failure: () => said.failure(),
    usage: () => {
      if (!streamed) {
        take();
      }
      return said.usage();
    },
  };
}

type Said = { take(value: unknown): void; usage(): Usage | null; failure(): string | null };

/** The input is counted at the start and may be corrected; the output is whole only in the last delta. */
function anthropicUsage(): Said {
  const tokens = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 };
  let last = false;
  let hour: number | undefined;
  return {
    take: (value) => {
      const said = AnthropicSaid.safeParse(value);
      if (!said.success) {
        return;
      }
      const counts = said.data.type === 'message_start' ? said.data.message.usage : said.data.usage;
      for (const name of Object.keys(tokens) as (keyof typeof tokens)[]) {
        tokens[name] = counts[name] ?? tokens[name];
      }
      hour = counts.cache_creation?.ephemeral_1h_input_tokens ?? hour;
      last ||= said.data.type !== 'message_start';
    },
    failure: () => null,
    usage: () => {
      const { input_tokens: fresh, cache_creation_input_tokens: kept, cache_read_input_tokens: cached } = tokens;
      const usage = { input: fresh + kept + cached, cached, written: kept, output: tokens.output_tokens };
      return last ? { ...usage, ...(hour === undefined ? {} : { writtenLong: hour }) } : null;
    },
  };
}

function openaiUsage(): Said {
  let usage: Usage | null = null;
  let failure: string | null = null;
  return {
    take: (value) => {
      failure ??= Failed.safeParse(value).data?.response.error.code ?? null;
      const said = OpenaiSaid.safeParse(value);
      if (said.success) {
        const counts = ('response' in said.data ? said.data.response : said.data).usage;
        usage = {
          input: counts.input_tokens,
          cached: counts.input_tokens_details?.cached_tokens ?? 0,
          written: counts.input_tokens_details?.cache_write_tokens ?? 0,
          output: counts.output_tokens,
        };
      }
    },
    usage: () => usage,
    failure: () => failure,
  };
}
