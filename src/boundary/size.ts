import type { Size } from './cost.ts';

type Body = Readonly<Record<string, unknown>>;

/** What a request's body, parsed, says of how dear it may become. */
export function sizeOf(bytes: number, body: Body): Size {
  const seen = { images: 0, documents: false, hour: false };
  look(body, seen);
  const output = [body['max_tokens'], body['max_output_tokens']].find((most) => typeof most === 'number');
  const retention = body['prompt_cache_retention'] ?? 'in_memory';
  return {
    bytes,
    // A number in JSON may be too large for one, which could be written in no file.
    output: Number.isFinite(output) && Number(output) >= 0 ? Number(output) : null,
    images: seen.images,
    documents: seen.documents,
    keeps: seen.hour || retention !== 'in_memory',
  };
}

/** Wherever it stands: what is taken for a picture and is none makes the worst only worse. */
function look(value: unknown, seen: { images: number; documents: boolean; hour: boolean }): void {
  if (Array.isArray(value)) {
    value.forEach((one) => look(one, seen));
  } else if (typeof value === 'object' && value !== null) {
    const { type, ttl } = value as Body;
    seen.images += type === 'image' || type === 'input_image' ? 1 : 0;
    seen.documents ||= type === 'document' || type === 'input_file';
    seen.hour ||= ttl === '1h';
    Object.values(value).forEach((one) => look(one, seen));
  }
}
