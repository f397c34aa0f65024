/** Tells whoever listens that something changed; what changed they read themselves, at their own pace. */
export type Bell = {
  ring(): void;
  /** Calls `heard` at each ring, until the answer is called. */
  listen(heard: () => void): () => void;
};

export function makeBell(): Bell {
  const listeners = new Set<() => void>();
  return {
    ring() {
      for (const heard of listeners) heard();
    },
    listen(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
  };
}
