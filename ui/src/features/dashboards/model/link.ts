import type { WidgetQuery } from '@/api/dashboards';
import type { ExploreLink } from '@/lib/explore-link';
import { sqlLink, type SqlLink } from '@/lib/sql-link';
import { resolveRange } from '@/lib/time-range/range';
import type { Board } from '../state/board-context';
import { statementParameters } from './query';
import { sourceOf } from './source';
import { fillSearch } from './variables';

type Target = { to: '/explore'; search: ExploreLink } | { to: '/sql'; search: SqlLink };

/** Where the query of a widget is at home, with its values, its time range and its source. */
export function linkOf(
  title: string,
  query: WidgetQuery,
  { definition, range, values }: Pick<Board, 'definition' | 'range' | 'values'>,
): Target {
  const source = sourceOf(query, definition);
  if (query.language === 'search') {
    return {
      to: '/explore',
      search: {
        q: fillSearch(query.text, values),
        from: range.from ?? 'all',
        ...(range.to === null ? {} : { to: range.to }),
        ...(source === undefined ? {} : { src: source }),
      },
    };
  }
  const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());
  const span = resolveRange(range, Date.now());
  const params = statementParameters(query.text, values, iso(span.from), iso(span.to));
  return {
    to: '/sql',
    search: {
      ...sqlLink(query.text, params, title === '' ? 'From a dashboard' : title, source),
      ...(range.from === null ? {} : { from: range.from, to: range.to ?? 'now' }),
    },
  };
}
