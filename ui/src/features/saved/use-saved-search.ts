import { useNavigate, useSearch } from '@tanstack/react-router';
import type { SavedSearch } from './saved-search';

/** The choices of the page, which its address holds, and how to change some of them. */
export function useSavedSearch(): [SavedSearch, (part: Partial<SavedSearch>) => void] {
  const search: SavedSearch = useSearch({ from: '/saved' });
  const navigate = useNavigate({ from: '/saved' });
  return [
    search,
    (part) => void navigate({ search: (before: SavedSearch) => ({ ...before, ...part }), replace: true }),
  ];
}
