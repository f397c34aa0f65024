import { SERVERS } from '../boundary/files.ts';
import type { Notice } from '../chain/notice.ts';
import { placeButtons } from './buttons.ts';
import { code, line } from './markdown.ts';
import type { Button } from './message.ts';
import type { Subject } from './telling.ts';

type Of<K extends Notice['kind']> = Extract<Notice, { kind: K }>;

/** Why, and what can be done about it, where that is anything. */
const remedies: Readonly<Record<Of<'refused'>['why'], string>> = {
  request:
    'no session may have another model or path, a tool that the provider runs, a faster tier, or so much at once.',
  unlisted: "it is not on this project's list.",
  address: 'its name leads to an address that is not public. No session may go there.',
  tls: 'only TLS for that very name is let through.',
};

const NO_NAME = 'only full host names can be allowed.';
const NO_SERVER = 'a session may call the servers that signalbox.yaml gives it, and these at their own address alone.';

/** The place is the agent's word: shown as code, and never longer than a name. */
export function refused({ place, why, count, ask, kept, last }: Of<'refused'>): string {
  const times = count === 1 ? 'once' : `${count} times`;
  const isServer = why === 'request' && place === SERVERS;
  const reason = isServer ? NO_SERVER : why === 'unlisted' && ask === null && kept === null ? NO_NAME : remedies[why];
  const more =
    kept !== null
      ? ` ${line(kept, 60)} said that it stays so.`
      : ask === null
        ? ''
        : ' An admin may let its coders go there. Allowing it also lets the agent send data there.';
  const what =
    why === 'request'
      ? `${isServer ? 'its MCP servers' : "its model's provider"} ${times} for more`
      : `for ${code(place, 260)} ${times}`;
  const end = last ? ` Further places of this task stand in ${code('boundary/usage.jsonl')} alone.` : '';
  return `🚧 The agent asked ${what} and was refused: ${reason}${more}${end}`;
}

export function placeAnswered({ by, place, answer }: Of<'place'>): string {
  return answer === 'allow'
    ? `🛣️ ${line(by, 60)} allowed ${code(place, 260)} for this project. ${code('/hosts')} shows it and takes it back.`
    : `🚧 ${line(by, 60)} said that ${code(place, 260)} stays refused in this project. Nobody is asked about it any more.`;
}

/** What an admin may say of it. */
export const places = ({ task }: Subject, { ask, place }: Of<'refused'>): Button[] =>
  ask === null ? [] : placeButtons(task, place, ask);
