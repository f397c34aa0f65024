import type { SessionId } from '../chain/ids.ts';
import type { Engine } from './docker.ts';

/** The command that opens a session's live pane. Clients that an operator's lost connection left behind are detached first. */
export function attachCommand(engine: Pick<Engine, 'nameOf'>, session: SessionId): readonly string[] {
  const tmux = 'export TMUX_TMPDIR=/run/agent LANG=C.UTF-8; exec tmux attach -d -t agent';
  return ['docker', 'exec', '-it', engine.nameOf(session), 'bash', '-c', tmux];
}

/** A session's container is made only when its checkout is, and made again when it was lost. */
export const isUp = async (engine: Pick<Engine, 'nameOf' | 'look'>, session: SessionId): Promise<boolean> =>
  (await engine.look(engine.nameOf(session)))?.running === true;
