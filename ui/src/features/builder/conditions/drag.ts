import { createContext, use, type DragEvent } from 'react';
import { useBuilder } from '../builder-context';
import { placed } from '../model/edit';
import type { Id } from '../model/ids';

export interface Drag {
  dragged: Id | null;
  setDragged: (id: Id | null) => void;
}

export const DragContext = createContext<Drag>({ dragged: null, setDragged: () => undefined });

/** Takes what is dragged and drops it at a place of a group. */
export function useDropAt(groupId: Id, place: number) {
  const { dragged, setDragged } = use(DragContext);
  const { query, change } = useBuilder();
  return {
    isWaiting: dragged !== null,
    onDragOver: (event: DragEvent) => {
      if (dragged !== null) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      if (dragged === null) return;
      event.preventDefault();
      event.stopPropagation();
      setDragged(null);
      change({ ...query, root: placed(query.root, dragged, groupId, place) });
    },
  };
}
