import { parseArgs } from 'node:util';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolder } from './config.ts';

/** The commands a person types on the machine. The launcher has brought Node and the packages; `up` holds the data folder's lock. */
const root = dirname(dirname(fileURLToPath(import.meta.url)));

const usage = `usage: ./signalbox <command> [options]

  demo [--auto] [--quick] [--data DIR] [--port N]   a whole task with real agents and a rehearsed model
  test                                              everything that CI runs
  check                                             types, lint, format, dead code
  up [--data DIR] [--port N]                        the controller: takes tasks until it is stopped
  status [--data DIR]                               the tasks, and what each waits for
  attach <task> [--data DIR]                        the live pane of a task's session
  boundary [--data DIR]                             the only way out of the containers; \`up\` starts it
  image [--rebuild]                                 builds the worker image
  help                                              this text

  --data DIR   the data folder: settings, journals, checkouts (default: SIGNALBOX_DATA, else ./data)`;

/** Exit codes as sysexits.h has them: 64 usage, 69 something needed is missing, 75 in use, 78 configuration. */
class Exit extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
