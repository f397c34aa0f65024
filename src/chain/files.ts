import { z } from 'zod';

/**
 * A file that a person sent or an agent left. `id` is the sha256 of its bytes, under which they are kept; `name` is cleaned, and in a task no two
 * files have the same; `size` in bytes.
 */
export const FileRef = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string().min(1).max(100),
  size: z.number().int().nonnegative(),
});
export type FileRef = z.infer<typeof FileRef>;

const MIB = 1024 ** 2;
/** What is taken of people: bytes of a file, and files with one message. And of all that one task was sent. */
export const FILE_MAX = 10 * MIB;
export const FILES_MAX = 10;
export const TASK_FILES_MAX = 100;

/** What an agent left in its outbox in a leg. `left`: what did not come out, in sentences. */
export const Outbox = z.object({ files: z.array(FileRef), left: z.array(z.string()) });
export type Outbox = z.infer<typeof Outbox>;

/** Where people's files appear in a session, below its envelope. */
export const SENT = 'sent';

/** A name that is one name everywhere: letters, digits, dots, dashes and underscores; of a path, its folders joined by dashes. */
export function cleanName(name: string): string {
  const clean = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+/, '')
    .replace(/-+$/, '');
  if (clean.length <= 80) return clean || 'file';
  const [end = ''] = /\.[\p{L}\p{N}]{1,12}$/u.exec(clean) ?? [];
  return `${clean.slice(0, 80 - end.length).replace(/[\uD800-\uDBFF]$/, '')}${end}`;
}

/**
 * Files as a task that has `known` ones calls them, and all that it has then, at most TASK_FILES_MAX; `left`: the names of those that are more. The same bytes under the same name are the same file,
 * other bytes get a number.
 */
export function named(
  known: readonly FileRef[],
  added: readonly FileRef[],
): { readonly these: readonly FileRef[]; readonly all: readonly FileRef[]; readonly left: readonly string[] } {
  const these: FileRef[] = [];
  const left: string[] = [];
  const all: FileRef[] = known.slice();
  for (const file of added) {
    const name = cleanName(file.name);
    const before = all.find((one) => one.id === file.id && (one.name === name || unnumbered(one.name) === name));
    if (before === undefined && all.length >= TASK_FILES_MAX) {
      left.push(name);
      continue;
    }
    const now = before ?? { ...file, name: freeName(all, name) };
    if (before === undefined) all.push(now);
    these.push(now);
  }
  return { these, all, left };
}

const unnumbered = (name: string): string => name.replace(/-\d+(?=\.[^.]*$|$)/, '');

function freeName(taken: readonly FileRef[], name: string): string {
  const isFree = (wanted: string): boolean => taken.every((one) => one.name.toLowerCase() !== wanted.toLowerCase());
  if (isFree(name)) return name;
  const dot = name.lastIndexOf('.');
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let n = 2; ; n += 1) if (isFree(`${stem}-${n}${end}`)) return `${stem}-${n}${end}`;
}

/** As an event or an effect carries them: none are left out. */
export const filesOf = (files: readonly FileRef[] = []): { files?: FileRef[] } =>
  files.length === 0 ? {} : { files: [...files] };
