import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi } from '@/api/client';
import { readSchema, type Schema } from '@/api/sql';
import type { SqlSchema } from '@/components/sql-editor/schema';

const FRESH_MS = 60_000;

export function useSchema(): UseQueryResult<Schema> {
  const api = useApi();
  return useQuery({
    queryKey: ['sql', 'schema'],
    queryFn: ({ signal }) => readSchema(api, signal),
    staleTime: FRESH_MS,
  });
}

/** Names of attributes of the last day, for completion inside of `LogAttributes['`. */
function useMapKeys(): Record<string, string[]> {
  const api = useApi();
  const fields = useQuery({
    queryKey: ['sql', 'map-keys'],
    queryFn: ({ signal }) => api.fields({ query: '*', from: 'now-24h', to: 'now' }, signal),
    staleTime: FRESH_MS,
  });
  return useMemo(() => {
    const keys: Record<string, string[]> = { LogAttributes: [], ResourceAttributes: [] };
    for (const { name, kind } of fields.data?.fields ?? []) {
      if (kind === 'attribute') keys.LogAttributes?.push(name.replace(/^attr\./, ''));
      else if (kind === 'resource') {
        keys.ResourceAttributes?.push(name === 'host' ? 'host.name' : name.replace(/^resource\./, ''));
      }
    }
    return keys;
  }, [fields.data]);
}

/** What the editor completes; `null` until it is known. */
export function useEditorSchema(schema: Schema | undefined): SqlSchema | null {
  const mapKeys = useMapKeys();
  return useMemo(() => {
    if (schema === undefined) return null;
    return {
      defaultDatabase: schema.default_database,
      tables: schema.databases.flatMap(({ name: database, tables }) =>
        tables.map(({ name, columns, comment }) => ({ database, name, columns, comment })),
      ),
      functions: schema.functions.map(({ name, kind }) => ({ name, isAggregate: kind === 'aggregate' })),
      mapKeys,
    };
  }, [schema, mapKeys]);
}
