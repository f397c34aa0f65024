import { z } from 'zod';
import { FileRef } from '../chain/files.ts';

/** A button is data, so that it works after a restart and years later. `id` says by itself what it does: see buttons.ts. */
export const Button = z.object({
  /** 1–64 bytes: what Telegram allows, the least of the platforms. */
  id: z.string().min(1),
  label: z.string(),
  style: z.enum(['primary', 'plain', 'danger']),
});
export type Button = z.infer<typeof Button>;

/** What a person sees, before a platform gives it its own form. Only cards.ts, notices.ts and replies.ts make one. */
export const Message = z.object({
  /**
   * Markdown of our own, with claims already made harmless. Where it rings its first line names the repository and the task.
   * A line feed begins a new line.
   */
  text: z.string(),
  /** Words of an agent, or of someone at its pane, cleaned. A platform shows them quoted: no mention, link, image or command in them acts. */
  agent: z.string().optional(),
  /** `agent` is no Markdown but lines that are shown as they are, in this language: a patch, a command, the end of an output. */
  verbatim: z.enum(['diff', 'sh', 'text']).optional(),
  /** A long text, to be offered as an attachment. Cleaned like `agent`. */
  file: z.object({ name: z.string(), text: z.string() }).optional(),
  /** Files to be taken away, kept under their sha256. Offered as attachments, never shown. */
  files: z.array(FileRef).optional(),
  buttons: z.array(Button),
  /** Rings the phone. */
  loud: z.boolean(),
});
export type Message = z.infer<typeof Message>;
