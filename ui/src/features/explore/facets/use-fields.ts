import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import type { FieldsResponse, FieldValuesResponse } from '@/api/types';
import { patientRetry, useLast } from '../histogram/use-histogram';
import { withoutField } from '@/lib/query-language/filters';
import { scopeOf } from '../state/scope';
import type { Run } from '../state/search-session';

/** Fields of a run with their most frequent values; of the run before until the answer comes. */
export function useFields(run: Run | null): {
  data: FieldsResponse | undefined;
  isStale: boolean;
  hasFailed: boolean;
} {
  const api = useApi();
  const { data, isError } = useQuery({
    queryKey: ['explore', 'fields', run],
    queryFn: ({ signal }) => api.fields(scopeOf(run), signal),
    enabled: run !== null,
    gcTime: 60_000,
    staleTime: Infinity,
    ...patientRetry,
  });
  return { data: useLast(data), isStale: data === undefined, hasFailed: isError };
}

/** Values of one field as if the search did not filter by it, so that another value can be chosen instead. */
export function useFieldValues(
  run: Run | null,
  field: string,
  limit: number,
  enabled: boolean,
): FieldValuesResponse | undefined {
  const api = useApi();
  const scope = scopeOf(run);
  const query = withoutField(scope.query, field);
  const { data } = useQuery({
    queryKey: ['explore', 'field-values', field, query, run?.from, run?.to, run?.source, limit],
    queryFn: ({ signal }) => api.fieldValues({ ...scope, query, field, limit }, signal),
    enabled: enabled && run !== null,
    gcTime: 60_000,
    staleTime: 30_000,
    placeholderData: (previous) => previous,
    ...patientRetry,
  });
  return data;
}
