/** A value with what it was before and what was undone. */
export interface History<T> {
  past: T[];
  present: T;
  future: T[];
}

const STEPS = 100;

export function historyOf<T>(present: T): History<T> {
  return { past: [], present, future: [] };
}

export function changed<T>(history: History<T>, next: T): History<T> {
  if (Object.is(next, history.present)) return history;
  return { past: [...history.past, history.present].slice(-STEPS), present: next, future: [] };
}

export function undone<T>({ past, present, future }: History<T>): History<T> {
  const before = past.at(-1);
  return before === undefined
    ? { past, present, future }
    : { past: past.slice(0, -1), present: before, future: [present, ...future] };
}

export function redone<T>({ past, present, future }: History<T>): History<T> {
  const [next, ...rest] = future;
  return next === undefined
    ? { past, present, future }
    : { past: [...past, present], present: next, future: rest };
}
