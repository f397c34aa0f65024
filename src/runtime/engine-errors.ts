import { z } from 'zod';

const Failure = z
  .object({ statusCode: z.number().optional(), code: z.string().optional(), message: z.string(), json: z.unknown() })
  .partial();

export function statusOf(error: unknown): number | undefined {
  return Failure.safeParse(error).data?.statusCode;
}

export function isImageMissing(error: unknown): boolean {
  return statusOf(error) === 404 && /no such image/i.test((error as Error).message);
}

/** Whether the engine could not be reached at all, whatever was asked of it. */
export function isAway(error: unknown): boolean {
  const away = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EACCES', 'ETIMEDOUT'];
  const at = (of: unknown): boolean => away.includes(Failure.safeParse(of).data?.code ?? '');
  return at(error) || (error instanceof Error && at(error.cause));
}

/** What the engine, or the way to it, said, as a sentence that says what to do. */
export function explain(error: unknown, socket: string): Error {
  if (error instanceof Error && error.cause !== undefined) return error;
  const { code, message = String(error) } = Failure.safeParse(error).data ?? {};
  if (isAway(error))
    return new Error(`Docker does not answer at ${socket} (${code}). Start it, e.g. systemctl start docker.`, {
      cause: error,
    });
  const image = /no such image: (\S+)/i.exec(message)?.[1];
  if (image !== undefined) return new Error(`The image ${image} is missing: run ./signalbox image.`, { cause: error });
  return new Error(`Docker refused: ${message}`, { cause: error });
}
