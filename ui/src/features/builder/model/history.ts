/** What was, what is, and what was taken back. */
export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  /** Changes under the same name follow each other as one, as typing in one input does. */
  lastName: string | null;
}

const LIMIT = 200;

export function started<T>(present: T): History<T> {
  return { past: [], present, future: [], lastName: null };
}

/** `name` is `null` for a change that stands by itself. */
export function changed<T>(history: History<T>, present: T, name: string | null): History<T> {
  const isSame = name !== null && name === history.lastName;
  return {
    past: isSame ? history.past : [...history.past, history.present].slice(-LIMIT),
    present,
    future: [],
    lastName: name,
  };
}

export function undone<T>({ past, present, future, lastName }: History<T>): History<T> {
  const before = past.at(-1);
  if (before === undefined) return { past, present, future, lastName };
  return { past: past.slice(0, -1), present: before, future: [present, ...future], lastName: null };
}

export function redone<T>({ past, present, future, lastName }: History<T>): History<T> {
  const [next, ...rest] = future;
  if (next === undefined) return { past, present, future, lastName };
  return { past: [...past, present], present: next, future: rest, lastName: null };
}
