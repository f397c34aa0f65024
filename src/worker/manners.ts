import { randomUUID } from 'node:crypto';
import type { Manner } from './conversation.ts';
import type { Spec } from './files.ts';

/** How each CLI is spoken to. */
export const manners: Readonly<Record<Spec['cli'], Manner>> = {
  claude: {
    listens: true,
    deliver(child, { uuid, text }) {
      const message = {
        type: 'user',
        message: { role: 'user', content: text },
        parent_tool_use_id: null,
        session_id: '',
        uuid,
      };
      child.say(`${JSON.stringify(message)}\n`);
    },
    interrupt(child) {
      child.say(
        `${JSON.stringify({ type: 'control_request', request_id: randomUUID(), request: { subtype: 'interrupt' } })}\n`,
      );
    },
  },
  codex: {
    listens: false,
    deliver(child, { text }) {
      child.say(text);
      child.hangUp();
    },
    interrupt: (child) => child.signal('SIGINT'),
  },
};
