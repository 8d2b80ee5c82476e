import { useSaved } from '@/components/saved/saved-context';
import { NEW_CONTENT } from '@/components/saved/saved-text';
import { useExplore } from '../state/explore-context';

/** Shows the form that saves what stands in the search bar, run or not yet, with its time range. */
export function useSaveSearch(): () => void {
  const { search, readDraft } = useExplore();
  const { edit } = useSaved();
  return () => {
    const { from, to } = search.range;
    edit({
      content: { ...NEW_CONTENT, text: readDraft(), from, to, source: search.source ?? null },
      replaces: null,
    });
  };
}
