import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useApi } from '@/api/client';
import {
  SavedApi,
  type ParameterValue,
  type SavedContent,
  type SavedQuery,
  type SavedQueryList,
} from '@/api/saved';
import { notifyFailure, notifyUndo } from '@/components/notify';
import { sqlLink } from '@/lib/sql-link';
import type { Opening } from './saved-context';

const LIST = ['saved-queries'];
const FRESH_MS = 15_000;

export function useSavedApi(): SavedApi {
  const api = useApi();
  return useMemo(() => new SavedApi(api), [api]);
}

/** Every saved query, with folders and tags. */
export function useSavedQueries(deleted = false): UseQueryResult<SavedQueryList> {
  const saved = useSavedApi();
  return useQuery({
    queryKey: [...LIST, deleted ? 'deleted' : 'all'],
    queryFn: ({ signal }) => saved.list(deleted, signal),
    staleTime: FRESH_MS,
  });
}

/** Has everything about saved queries asked for anew. */
export function useRefreshSaved(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: LIST });
}

/** Deletes at once, and offers to take it back. */
export function useDeleteSaved(): (query: SavedQuery) => void {
  const saved = useSavedApi();
  const refresh = useRefreshSaved();
  const restore = useRestoreSaved();
  const remove = useMutation({
    mutationFn: (query: SavedQuery) => saved.delete(query.id),
    onSuccess: async (_, query) => {
      notifyUndo(`“${query.name}” was deleted.`, () => restore(query));
      await refresh();
    },
    onError: (error) => notifyFailure('The saved query was not deleted', error),
  });
  return remove.mutate;
}

export function useRestoreSaved(): (query: SavedQuery) => void {
  const saved = useSavedApi();
  const refresh = useRefreshSaved();
  const restore = useMutation({
    mutationFn: (query: SavedQuery) => saved.restore(query.id),
    onSuccess: refresh,
    onError: (error) => notifyFailure('The saved query was not restored', error),
  });
  return restore.mutate;
}

export function useFavourite(): (query: SavedQuery) => void {
  const saved = useSavedApi();
  const refresh = useRefreshSaved();
  const change = useMutation({
    mutationFn: (query: SavedQuery) => saved.setFavourite(query.id, !query.favourite),
    onSuccess: refresh,
    onError: (error) => notifyFailure('The favourite was not changed', error),
  });
  return change.mutate;
}

/** Creates a saved query, or replaces the content of one that is there. */
export function useWriteSaved(): (content: SavedContent, replaced: SavedQuery | null) => Promise<SavedQuery> {
  const saved = useSavedApi();
  const refresh = useRefreshSaved();
  return async (content, replaced) => {
    const written =
      replaced === null
        ? await saved.create(content)
        : await saved.replace(replaced.id, replaced.version, content);
    await refresh();
    return written;
  };
}

/** Puts values into a query and shows it where its language is at home. */
export function useOpenBound(): (opening: Opening, values: Record<string, ParameterValue>) => Promise<void> {
  const saved = useSavedApi();
  const refresh = useRefreshSaved();
  const navigate = useNavigate();
  return async ({ source, query }, values) => {
    const { language, text, params, from, to, source: src } = await saved.bind(source, query.id, values);
    const range = from === null ? {} : { from, to: to ?? 'now' };
    if (language === 'sql') {
      await navigate({
        to: '/sql',
        search: { ...sqlLink(text, params, query.name, src ?? undefined), ...range },
      });
    } else {
      const where = src == null ? {} : { src };
      await navigate({ to: '/explore', search: { ...(text === '' ? {} : { q: text }), ...where, ...range } });
    }
    if (source === 'saved-queries') await refresh();
  };
}
