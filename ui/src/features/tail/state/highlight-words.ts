import { highlightsOf, type Highlight } from '@/lib/query-language/highlight';

const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

/** What the filter looks for, and words of the user, parted by commas, in any case and anywhere in the message. */
export function tailHighlights(query: string, words: string): Highlight[] {
  const own = words
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (own.length === 0) return highlightsOf(query);
  const pattern = new RegExp(own.map((word) => word.replace(SPECIAL, '\\$&')).join('|'), 'gi');
  return [...highlightsOf(query), { field: 'message', pattern }];
}
