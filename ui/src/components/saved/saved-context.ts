import { createContext, use } from 'react';
import type { QuerySource, QueryTemplate, SavedContent, SavedQuery } from '@/api/saved';

/** What stands in the form: a new query, or one that is changed. */
export interface Draft {
  content: SavedContent;
  /** Values that new parameters have as defaults, by name. */
  values?: Record<string, string>;
  /** The saved query that is changed; `null` for a new one. */
  replaces: SavedQuery | null;
}

/** Something that can be opened or run. */
export interface Opening {
  source: QuerySource;
  query: SavedQuery | QueryTemplate;
}

export interface SavedQueries {
  /** Shows the form. */
  edit: (draft: Draft) => void;
  /** Opens a query where its language is at home; asks for its parameters first. */
  open: (opening: Opening) => void;
}

export const SavedContext = createContext<SavedQueries | null>(null);

export function useSaved(): SavedQueries {
  const saved = use(SavedContext);
  if (saved === null) throw new Error('SavedContext has no value');
  return saved;
}
