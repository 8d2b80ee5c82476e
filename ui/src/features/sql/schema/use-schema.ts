import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi } from '@/api/client';
import { readSchema, type Schema } from '@/api/sql';
import type { SqlSchema } from '@/components/sql-editor/schema';

const FRESH_MS = 60_000;

/** What a server has; `null` is this one. */
export function useSchema(source: string | null): UseQueryResult<Schema> {
  const api = useApi();
  return useQuery({
    queryKey: ['sql', 'schema', source],
    queryFn: ({ signal }) => readSchema(api, source, signal),
    staleTime: FRESH_MS,
    // Another server that is away is waited for long enough by the first answer.
    ...(source === null ? {} : { retry: false }),
  });
}

/** Names of attributes of the last day, for completion inside of `LogAttributes['`; those of this server's table. */
function useMapKeys(isLocal: boolean): Record<string, string[]> {
  const api = useApi();
  const fields = useQuery({
    queryKey: ['sql', 'map-keys'],
    queryFn: ({ signal }) => api.fields({ query: '*', from: 'now-24h', to: 'now' }, signal),
    staleTime: FRESH_MS,
    enabled: isLocal,
  });
  return useMemo(() => {
    const keys: Record<string, string[]> = { LogAttributes: [], ResourceAttributes: [] };
    for (const { name, kind } of (isLocal ? fields.data?.fields : null) ?? []) {
      if (kind === 'attribute') keys.LogAttributes?.push(name.replace(/^attr\./, ''));
      else if (kind === 'resource') {
        keys.ResourceAttributes?.push(name === 'host' ? 'host.name' : name.replace(/^resource\./, ''));
      }
    }
    return keys;
  }, [fields.data, isLocal]);
}

/** What the editor completes for a server; `null` until it is known. */
export function useEditorSchema(source: string | null): SqlSchema | null {
  const schema = useSchema(source).data;
  const mapKeys = useMapKeys(source === null);
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
