import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  addAttributeColumn,
  attributeColumns,
  removeAttributeColumn,
  type AttributeColumn,
  type NewAttributeColumn,
} from '@/api/attribute-columns';
import { useApi } from '@/api/client';
import { notifyDone, notifyFailure, notifyUndo } from '@/components/notify';
import { attributeName } from './attribute-name';

const KEY = ['storage', 'columns'];
const WRITING_INTERVAL_MS = 1_000;
const FRESH_MS = 60_000;

/** The columns that there are, and those that would pay; asked for again and again while one is being written. */
export function useColumns() {
  const api = useApi();
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => attributeColumns(api, signal),
    refetchInterval: ({ state }) =>
      state.data?.columns.some(({ parts_left }) => parts_left > 0) === true ? WRITING_INTERVAL_MS : false,
  });
}

/** Attributes that could have one. */
export function useAttributes() {
  const api = useApi();
  return useQuery({
    queryKey: ['storage', 'attributes'],
    queryFn: ({ signal }) => api.fields({ query: '*' }, signal),
    select: ({ fields }) =>
      fields.flatMap(({ name, kind, type }) =>
        kind === 'column' && name !== 'host' ? [] : [{ attribute: attributeName(name, kind), name, type }],
      ),
    staleTime: FRESH_MS,
  });
}

export function useAddColumn() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (column: NewAttributeColumn) => addAttributeColumn(api, column),
    onSuccess: ({ attribute }) => notifyDone(`${attribute} has a column of its own now.`),
    onError: (error) => notifyFailure('The column was not added', error),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRemoveColumn() {
  const api = useApi();
  const queries = useQueryClient();
  const add = useAddColumn();
  return useMutation({
    mutationFn: (column: AttributeColumn) => removeAttributeColumn(api, column.name),
    onSuccess: (_, { attribute, type }) =>
      notifyUndo(`${attribute} has no column of its own any more.`, () => add.mutate({ attribute, type })),
    onError: (error) => notifyFailure('The column was not removed', error),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
