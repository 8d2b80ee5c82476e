import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import { ApiError } from '@/api/errors';
import { LOCAL_SOURCE, sources, useSources, type Connection, type Source } from '@/api/sources';

/** What this server's own records are called. */
export const LOCAL_NAME = 'Logs';

/** All connections, those of the configuration file first. */
export function useConnections() {
  const api = useApi();
  return useQuery({
    queryKey: ['connections'],
    queryFn: ({ signal }) => sources.connections(api, signal),
    staleTime: 60_000,
  });
}

/** The name of a source or connection; `undefined` for this server, however that is said. */
export function foreignSource(name: string | null | undefined): string | undefined {
  return name == null || name === '' || name === LOCAL_SOURCE ? undefined : name;
}

/** What a source is called where people read it. */
export function sourceName(name: string | null | undefined): string {
  return foreignSource(name) ?? LOCAL_NAME;
}

/** The connection that runs a statement for a name, which may be that of a source. As the server does it, a connection comes first. */
export function connectionOf(
  name: string,
  connections: readonly Connection[],
  all: readonly Source[],
): string {
  if (connections.some((connection) => connection.name === name)) return name;
  const source = all.find((one) => one.name === name);
  return connections.find(({ id }) => id === source?.connection_id)?.name ?? name;
}

/** The name of the server that runs a statement. */
export function useServerName(source: string | null): string {
  const connections = useConnections().data ?? [];
  const all = useSources().data ?? [];
  return source === null ? LOCAL_NAME : connectionOf(source, connections, all);
}

/** The sources that there are, where a request named one that is not there any more. */
export function knownInstead(error: unknown): string[] | null {
  if (!(error instanceof ApiError) || error.code !== 'query.source') return null;
  const details = error.details as { sources?: unknown } | null;
  return Array.isArray(details?.sources)
    ? details.sources.filter((name): name is string => typeof name === 'string')
    : null;
}
