import { DEFAULT_RANGE, type TimeRange } from '@/lib/time-range/range';
import type { Definition } from '@/api/dashboards';
import type { Values } from '../model/variables';

/** What the URL of a dashboard holds; a parameter that is left out has the dashboard's own value. */
export interface BoardSearch {
  /** `all` for all time. */
  from?: string;
  to?: string;
  /** Values of variables. */
  vars?: Values;
  /** Nothing but the widgets. */
  kiosk?: true;
  edit?: true;
}

const ALL = 'all';

/** Keeps what is ours of any URL; nothing in a URL is an error. */
export function validateBoardSearch(search: Record<string, unknown>): BoardSearch {
  const result: BoardSearch = {};
  for (const name of ['from', 'to'] as const) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') result[name] = value;
  }
  for (const name of ['kiosk', 'edit'] as const) {
    // `?kiosk` alone is an empty text.
    if (search[name] === true || search[name] === '' || search[name] === 1) result[name] = true;
  }
  if (typeof search.vars === 'object' && search.vars !== null) {
    result.vars = Object.fromEntries(
      Object.entries(search.vars).flatMap(([name, values]) =>
        Array.isArray(values) ? [[name, values.filter((value) => typeof value === 'string')]] : [],
      ),
    );
  }
  return result;
}

export function rangeOf(search: BoardSearch, definition: Definition): TimeRange {
  const from = search.from ?? definition.from ?? DEFAULT_RANGE.from;
  const to = search.to ?? (search.from === undefined ? (definition.to ?? 'now') : 'now');
  return from === ALL ? { from: null, to: null } : { from, to };
}

export function rangeSearch(range: TimeRange): Pick<BoardSearch, 'from' | 'to'> {
  if (range.from === null && range.to === null) return { from: ALL };
  return { from: range.from ?? ALL, to: range.to ?? 'now' };
}

/** The search without one of its switches. */
export function without(search: BoardSearch, name: 'kiosk' | 'edit'): BoardSearch {
  return Object.fromEntries(Object.entries(search).filter(([other]) => other !== name));
}
