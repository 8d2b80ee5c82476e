import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import { LEVELS } from '@/api/types';
import { useBuilder } from '../builder-context';

const TYPING_MS = 200;
const SHOWN = 50;
const FRESH_MS = 60_000;

/** The values that a field has, the most frequent first, once somebody is about to choose one. */
export function useValues(field: string, prefix: string, isWanted: boolean): string[] {
  const api = useApi();
  const { range, source } = useBuilder();
  const [settled] = useDebouncedValue(prefix, TYPING_MS);
  const isLevel = field === 'level' || field === 'severity';
  const span = { from: range.from ?? undefined, to: range.to ?? undefined };
  const values = useQuery({
    queryKey: ['builder', 'values', field, settled, source, span],
    queryFn: ({ signal }) =>
      api.fieldValues({ query: '*', field, prefix: settled, limit: SHOWN, source, ...span }, signal),
    enabled: isWanted && field !== '' && !isLevel && field !== 'message' && field !== 'time',
    staleTime: FRESH_MS,
    retry: false,
  });
  if (isLevel) return LEVELS.filter((level) => level !== 'unknown');
  // `all of one value` and empty values would be no choice.
  return [...new Set((values.data?.values ?? []).map(({ value }) => value).filter((value) => value !== ''))];
}
