import { useMediaQuery } from '@mantine/hooks';

/** Whether there is room for the columns that one can do without. */
export function useIsNarrow(): boolean {
  return useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false });
}
