/** The machine's disk. enough MUST answer at once, and be false while nothing may start because the disk is nearly full. */
export type Room = { enough(): boolean };
