import type { QueryTemplate, SavedQuery } from '@/api/saved';
import { useSaved } from '@/components/saved/saved-context';
import { contentOf } from '@/components/saved/saved-text';
import { useDeleteSaved, useFavourite } from '@/components/saved/use-saved';
import { copyName } from './library';
import { useSavedSearch } from './use-saved-search';

export interface QueryActions {
  open: (query: SavedQuery) => void;
  edit: (query: SavedQuery) => void;
  duplicate: (query: SavedQuery, all: SavedQuery[]) => void;
  favourite: (query: SavedQuery) => void;
  remove: (query: SavedQuery) => void;
  /** Shows the form with a template in it. */
  save: (template: QueryTemplate) => void;
}

/** What can be done with a saved query. */
export function useQueryActions(): QueryActions {
  const saved = useSaved();
  const remove = useDeleteSaved();
  const favourite = useFavourite();
  const [{ open }, change] = useSavedSearch();
  return {
    open: (query) => saved.open({ source: 'saved-queries', query }),
    edit: (query) => saved.edit({ content: contentOf(query), replaces: query }),
    duplicate: (query, all) =>
      saved.edit({ content: { ...contentOf(query), name: copyName(query.name, all) }, replaces: null }),
    favourite,
    remove: (query) => {
      if (open === query.id) change({ open: undefined });
      remove(query);
    },
    save: (template) => saved.edit({ content: contentOf(template), replaces: null }),
  };
}
