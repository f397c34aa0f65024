/** Ends a command with a sentence. Codes as in sysexits.h: 64 usage, 69 something needed is missing, 75 in use, 78 configuration. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
