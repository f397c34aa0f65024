/** What a person can do on the page. */
export type Acts = {
  signIn(key: string): void;
  signOut(): void;
  press(thread: string, button: string): void;
  /** Goes to where words of one's own are written. */
  other(): void;
  /** Sends what is written at a place. */
  say(channel: string, thread: string | null): void;
  /** What is written at a place so far. */
  write(at: string, text: string): void;
  /** Sends files ahead, to go with what is said next at a place; none takes them back. */
  attach(at: string, files: readonly File[]): void;
  /** Goes to the n-th offer of the menu. */
  choose(n: number): void;
  /** Opens the file of a message. */
  look(seq: number): void;
  /** Opens the file of the latest answer. */
  lookAtAnswer(): void;
  closeFile(): void;
  /** Puts the latest answer away. */
  dismiss(): void;
  /** Asks the browser whether it may notify. */
  ring(): void;
};
