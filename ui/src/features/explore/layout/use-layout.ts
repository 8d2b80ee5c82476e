import { useMediaQuery } from '@mantine/hooks';

export interface Layout {
  /** `beside`: columns next to the table; `sheet`: over or under it, where the window is narrow. */
  facets: 'beside' | 'sheet';
  detail: 'beside' | 'below';
  /** With a row open there is no room for the fields as well. */
  isTight: boolean;
}

/** How the panels are laid out in a window of this width. */
export function useLayout(): Layout {
  const isNarrow = useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false });
  const isTight = useMediaQuery('(max-width: 1180px)', false, { getInitialValueInEffect: false });
  return {
    facets: isNarrow ? 'sheet' : 'beside',
    detail: isNarrow ? 'below' : 'beside',
    isTight,
  };
}
