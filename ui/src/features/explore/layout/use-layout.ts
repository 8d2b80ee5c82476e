import { useMediaQuery } from '@mantine/hooks';
import { usePane } from '../state/pane';

export interface Layout {
  /** `beside`: columns next to the table; `sheet`: over or under it, where the window is narrow. */
  facets: 'beside' | 'sheet';
  detail: 'beside' | 'below';
  /** With a row open there is no room for the fields as well. */
  isTight: boolean;
  /** There is no room for columns that were not asked for. */
  isNarrow: boolean;
}

/** How the panels are laid out in a window of this width. */
export function useLayout(): Layout {
  const isNarrow = useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false });
  const isTablet = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: false });
  const isTight = useMediaQuery('(max-width: 1180px)', false, { getInitialValueInEffect: false });
  // Half a window is as wide as a small one.
  const isHalf = useMediaQuery('(max-width: 1800px)', false, { getInitialValueInEffect: false });
  const { isSplit } = usePane();
  const isSmall = isTablet || (isSplit && isHalf);
  return {
    facets: isSmall ? 'sheet' : 'beside',
    detail: isSmall ? 'below' : 'beside',
    isTight,
    isNarrow,
  };
}
