export type SavedTab = 'queries' | 'templates' | 'deleted';
export type SavedSort = 'name' | 'used' | 'changed';

/** What the address of the page holds; a parameter that is left out has its default. */
export interface SavedSearch {
  tab?: SavedTab;
  /** Words to look for. */
  q?: string;
  folder?: string;
  tag?: string;
  favourites?: true;
  sort?: SavedSort;
  /** Id of the query or template that is shown beside the list. */
  open?: string;
}

/** Keeps what is ours of any address; nothing in one is an error. */
export function validateSavedSearch(search: Record<string, unknown>): SavedSearch {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
  const result: SavedSearch = {};
  for (const name of ['q', 'folder', 'tag', 'open'] as const) {
    const value = text(search[name]);
    if (value !== undefined) result[name] = value;
  }
  if (search.tab === 'templates' || search.tab === 'deleted') result.tab = search.tab;
  if (search.sort === 'used' || search.sort === 'changed') result.sort = search.sort;
  if (search.favourites === true) result.favourites = true;
  return result;
}
