/** One instruction of a project's layer: where it begins in its file, and all of it in one line. */
export type Instruction = { readonly line: number; readonly text: string };

export type DockerfileRead =
  | { readonly ok: true; readonly instructions: readonly Instruction[] }
  /** A sentence that names the line. */
  | { readonly ok: false; readonly reason: string };

export const DOCKERFILE_PATH = '.signalbox/Dockerfile';

const BASE = 'signalbox-worker';
const allowed = ['RUN', 'COPY', 'ENV', 'ARG', 'WORKDIR', 'USER'];
const instead: Readonly<Record<string, string>> = {
  FROM: 'a second FROM would bring another base: one layer on signalbox-worker is all there is',
  ADD: 'ADD may fetch past the boundary: COPY what is under .signalbox/, or fetch it in a RUN from the hosts of the project',
  VOLUME: 'a volume would be a place to write that outlives a session',
  LABEL: 'labels say whose a container is',
};

/**
 * Reads the Dockerfile of a project's layer. The instructions of the answer, a line each, are what is built: so nothing hangs on whether another
 * reader of Dockerfiles takes a comment, a line's end or a directive for something else.
 */
export function readDockerfile(text: string): DockerfileRead {
  const refuse = (line: number, why: string): DockerfileRead => ({
    ok: false,
    reason: `${DOCKERFILE_PATH} line ${line}: ${why}.`,
  });
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const odd = lines.findIndex((line) => /[^\P{C}\t]|[\u2028\u2029]/u.test(line));
  if (odd >= 0) return refuse(odd + 1, 'a character that does not show');
  const directive = lines.findIndex((line) => /^\s*#\s*(syntax|escape)\s*=/i.test(line));
  if (directive >= 0) return refuse(directive + 1, 'a directive would bring another reader; take it out');

  const instructions = joined(lines);
  if (instructions === null) return refuse(lines.length, 'the file ends in the middle of an instruction');
  const [first, ...rest] = instructions;
  if (first === undefined || !/^FROM\s+signalbox-worker\s*$/i.test(first.text))
    return refuse(first?.line ?? 1, `it must begin with \`FROM ${BASE}\` and nothing before it`);
  for (const { line, text: said } of rest) {
    const why = unfit(said);
    if (why !== null) return refuse(line, why);
  }
  return { ok: true, instructions: rest };
}

/** Null when the last one does not end. Comments and empty lines go, also those within an instruction. */
function joined(lines: readonly string[]): readonly Instruction[] | null {
  const found: Instruction[] = [];
  let begun: Instruction | null = null;
  for (const [n, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const text: string = (begun?.text ?? '') + line.replace(/\\[ \t]*$/, '');
    const at: Instruction = { line: begun?.line ?? n + 1, text: begun === null ? text.trimStart() : text };
    const goesOn = /\\[ \t]*$/.test(line);
    begun = goesOn ? at : null;
    if (!goesOn) found.push(at);
  }
  return begun === null ? found : null;
}

function unfit(text: string): string | null {
  const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
  const name = word.toUpperCase();
  if (name in instead) return instead[name] ?? null;
  if (!allowed.includes(name)) return `${word.slice(0, 40)} is not among ${allowed.join(', ')}`;
  const flags = /^(?:--\S*\s+)*/.exec(`${rest} `)?.[0].split(/\s+/).filter(Boolean) ?? [];
  const flag = flags.find((one) => name !== 'COPY' || !/^--chown=[^\s$]+$/.test(one));
  if (flag === undefined) return null;
  return name === 'COPY' && flag.startsWith('--from')
    ? 'COPY --from would bring another base'
    : `${flag.slice(0, 40)} is not taken by ${name} here`;
}
