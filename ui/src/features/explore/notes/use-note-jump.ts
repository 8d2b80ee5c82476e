import type { Note } from '@/api/types';
import { useExplore } from '../state/explore-context';
import { rangeAround, resolveRange } from '@/lib/time-range/range';

/** Shows the row of a note: within the search where its range holds the row, else among all rows around it. */
export function useNoteJump(onDone: () => void): (note: Note) => void {
  const { search, showKey } = useExplore();
  return (note) => {
    const now = Date.now();
    const time = Date.parse(note.timestamp);
    const { from, to } = resolveRange(search.range, now);
    const isInside = (from === null || time >= from) && (to === null || time < to);
    showKey(
      { id: note.ingest_id, timestamp: note.timestamp },
      isInside ? null : rangeAround(search.range, time, now),
    );
    onDone();
  };
}
