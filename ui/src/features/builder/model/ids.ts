/** Tells nodes apart while they are edited and moved; no part of what they mean. */
export type Id = number;

let last: Id = 0;

export function nextId(): Id {
  last += 1;
  return last;
}

export function identified<T extends object>(node: T): T & { id: Id } {
  return { ...node, id: nextId() };
}
