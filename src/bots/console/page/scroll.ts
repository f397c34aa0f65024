/** So near to the end counts as at the end, in px. */
const NEAR = 120;

let shown: string | null = null;

/** Paints, and stays at the end of a thread if that was in sight; somebody who reads further up is not moved, and is told that there is more. */
export function keepEnd(root: HTMLElement, thread: string | null, paint: () => void): void {
  const before = root.querySelector<HTMLElement>('[data-scroll]');
  const atEnd = before === null || thread !== shown || distance(before) < NEAR;
  const height = before?.scrollHeight ?? 0;
  paint();
  const box = root.querySelector<HTMLElement>('[data-scroll]');
  const newer = root.querySelector<HTMLElement>('[data-newer]');
  if (!box || !newer) return;
  if (atEnd) box.scrollTop = box.scrollHeight;
  if (!atEnd && box.scrollHeight > height) newer.hidden = false;
  shown = thread;
}

/** The reader comes to the end, by hand or by the button. */
export function scrolled(): void {
  const box = document.querySelector<HTMLElement>('[data-scroll]');
  const newer = document.querySelector<HTMLElement>('[data-newer]');
  if (box && newer && distance(box) < NEAR) newer.hidden = true;
}

export function toEnd(): void {
  const box = document.querySelector<HTMLElement>('[data-scroll]');
  box?.scrollTo({ top: box.scrollHeight });
}

const distance = (box: HTMLElement): number => box.scrollHeight - box.scrollTop - box.clientHeight;
