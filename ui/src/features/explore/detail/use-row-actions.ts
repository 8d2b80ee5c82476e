import type { LogRow } from '@/api/types';
import type { LinkForm } from '@/components/share-link/link-forms';
import { useCopyLink } from '@/components/share-link/use-copy-link';
import { absoluteRange } from '@/lib/time-range/range';
import { rowKeyText } from '../state/row-key';
import { useExplore } from '../state/explore-context';
import { explorePath } from '../state/search-state';

export interface RowActions {
  /** Of the search as it stands, with no row open. */
  copySearchLink: (form?: LinkForm) => void;
  copyLink: (form?: LinkForm) => void;
}

/** What can be copied of a row; nothing happens where there is none. */
export function useRowActions(row: LogRow | null): RowActions {
  const { search, session } = useExplore();
  const copy = useCopyLink();
  // A link is opened later, when "the last 15 min" are others: it holds the times that are on screen.
  const path = (key?: string): string => {
    const { from, to } = session.get().run ?? {};
    const range =
      from !== undefined && to !== undefined ? absoluteRange(Date.parse(from), Date.parse(to)) : search.range;
    return explorePath({ ...search, range }, key);
  };
  return {
    copyLink: (form) => row && copy(path(rowKeyText(row)), form),
    copySearchLink: (form) => copy(path(), form),
  };
}
