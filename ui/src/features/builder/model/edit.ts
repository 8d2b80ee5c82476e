import type { Condition, Group } from './conditions';
import type { Id } from './ids';

/** The tree with one condition replaced; `null` takes it out. */
export function replaced(root: Group, id: Id, next: Condition | null): Group {
  return {
    ...root,
    children: root.children.flatMap((child) => {
      if (child.id === id) return next ?? [];
      return child.kind === 'group' ? replaced(child, id, next) : child;
    }),
  };
}

/** A change of a group, which may be the root. */
export function changedGroup(root: Group, id: Id, change: (group: Group) => Group): Group {
  if (root.id === id) return change(root);
  return {
    ...root,
    children: root.children.map((child) =>
      child.kind === 'group' ? changedGroup(child, id, change) : child,
    ),
  };
}

export function added(root: Group, groupId: Id, condition: Condition): Group {
  return changedGroup(root, groupId, (group) => ({ ...group, children: [...group.children, condition] }));
}

export interface Position {
  group: Group;
  place: number;
}

export function positionOf(root: Group, id: Id): Position | null {
  const place = root.children.findIndex((child) => child.id === id);
  if (place >= 0) return { group: root, place };
  for (const child of root.children) {
    const found = child.kind === 'group' ? positionOf(child, id) : null;
    if (found !== null) return found;
  }
  return null;
}

function contains(condition: Condition, id: Id): boolean {
  return (
    condition.id === id ||
    (condition.kind === 'group' && condition.children.some((child) => contains(child, id)))
  );
}

/** A condition at another place of any group, but not inside of itself. */
export function placed(root: Group, id: Id, groupId: Id, place: number): Group {
  const from = positionOf(root, id);
  const moving = from?.group.children[from.place];
  if (from === null || moving === undefined || contains(moving, groupId)) return root;
  // Taking it out moves what stands behind it in the same group.
  const target = from.group.id === groupId && from.place < place ? place - 1 : place;
  return changedGroup(replaced(root, id, null), groupId, (group) => {
    const at = Math.min(Math.max(target, 0), group.children.length);
    return { ...group, children: [...group.children.slice(0, at), moving, ...group.children.slice(at)] };
  });
}

export type Move = 'up' | 'down' | 'in' | 'out';

/** A move by keyboard: among its neighbours, into the group before it, or out behind its own group. */
export function moved(root: Group, id: Id, move: Move): Group {
  const at = positionOf(root, id);
  if (at === null) return root;
  const { group, place } = at;
  if (move === 'up') return place === 0 ? root : placed(root, id, group.id, place - 1);
  if (move === 'down') {
    return place === group.children.length - 1 ? root : placed(root, id, group.id, place + 2);
  }
  if (move === 'in') {
    const before = group.children[place - 1];
    return before?.kind === 'group' ? placed(root, id, before.id, before.children.length) : root;
  }
  const parent = positionOf(root, group.id);
  return parent === null ? root : placed(root, id, parent.group.id, parent.place + 1);
}
