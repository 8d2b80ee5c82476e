import { topLevelTerms, removeRange } from '@/lib/query-language/filters';

/** A part of a search that may be what leaves nothing over. */
export interface Blocker {
  /** As it stands in the search. */
  text: string;
  /** The search without it. */
  rest: string;
}

/** Each term at the top of a search with the search that is left without it; none where there is only one. */
export function blockersOf(query: string): Blocker[] {
  const terms = topLevelTerms(query);
  if (terms.length < 2) return [];
  return terms.map(({ from, to }) => ({
    text: query.slice(from, to),
    rest: removeRange(query, from, to).trim(),
  }));
}
