import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useApi } from '@/api/client';
import { usePreferences } from '@/lib/preferences/preferences';
import { absoluteRange, resolveRange, type TimeRange } from '@/lib/time-range/range';
import { fieldTerm } from '@/lib/query-language/filters';
import { useResultsOf, type Explore } from './explore-context';
import { rememberRange } from './opening';
import { isTimeLinked, paneChange, paneSearch, type PaneName, type PaneSearch } from './pane';
import { withFilterPart } from './pipes';
import { rowKeyText } from './row-key';
import { SearchSession } from './search-session';
import {
  columnsParameter,
  pinnedParameter,
  rangeParameters,
  readState,
  type ExploreSearch,
} from './search-state';
import { useOpening } from './use-opening';

function iso(time: number | null): string | undefined {
  return time === null ? undefined : new Date(time).toISOString();
}

/** Ties the URL to the search session: the URL is the only place where the search is kept. */
export function useExploreState(pane: PaneName): Explore {
  const api = useApi();
  const [{ timeZone: zone, pageRows }] = usePreferences();
  const parameters: ExploreSearch = useSearch({ from: '/explore' });
  const navigate = useNavigate({ from: '/explore' });
  const [session] = useState(() => new SearchSession(api));
  const isLinked = isTimeLinked(parameters);
  const { q, from, to, cols, pin, src, row: rowParameter } = paneSearch(parameters, pane);
  const search = useMemo(() => readState({ q, from, to, cols, pin, src }), [q, from, to, cols, pin, src]);
  const [autoRefreshS, setAutoRefreshS] = useState(0);
  const draft = useRef(search.query);

  const { query, source } = search;
  const { from: rangeFrom, to: rangeTo } = search.range;
  const run = useCallback(() => {
    const span = resolveRange({ from: rangeFrom, to: rangeTo }, Date.now());
    session.start(query, iso(span.from), iso(span.to), Number(pageRows), source);
  }, [session, query, rangeFrom, rangeTo, pageRows, source]);

  const found = {
    status: useResultsOf(session, ({ status }) => status),
    run: useResultsOf(session, (results) => results.run),
    hasRows: useResultsOf(session, ({ rows }) => rows.length > 0),
  };
  const { isWidened, isDeciding } = useOpening(query, found, pane === 'first');

  useEffect(() => {
    draft.current = query;
    if (!isDeciding) run();
  }, [query, run, isDeciding]);
  useEffect(() => () => session.stop(), [session]);

  const change = useCallback(
    (next: PaneSearch, replace = false) => {
      const changed = paneChange(next, pane, isLinked);
      void navigate({ search: (previous: ExploreSearch) => ({ ...previous, ...changed }), replace });
    },
    [navigate, pane, isLinked],
  );

  return useMemo((): Explore => {
    // A search that is run unchanged is meant as a refresh.
    const setQueryAndRange = (nextQuery: string, range: TimeRange) => {
      const text = nextQuery.trim();
      const isSame = text === query && range.from === rangeFrom && range.to === rangeTo;
      if (range.from !== rangeFrom || range.to !== rangeTo) rememberRange(window.localStorage, range);
      if (isSame) run();
      else change({ q: text === '' ? undefined : text, ...rangeParameters(range), row: undefined });
    };
    const range = { from: rangeFrom, to: rangeTo };
    return {
      search,
      rowParameter,
      session,
      zone,
      refresh: run,
      isWidened,
      setQuery: (text) => setQueryAndRange(text, range),
      editQuery: (edit) => setQueryAndRange(withFilterPart(draft.current, edit), range),
      setDraft: (text) => {
        draft.current = text;
      },
      readDraft: () => draft.current.trim(),
      setRange: (next) => setQueryAndRange(draft.current, next),
      setQueryAndRange,
      setColumns: (columns, pinned) =>
        change(
          {
            cols: columnsParameter(columns),
            ...(pinned === undefined ? {} : { pin: pinnedParameter(pinned) }),
          },
          true,
        ),
      setSource: (next) => change({ src: next, row: undefined }),
      autoRefreshS,
      setAutoRefreshS,
      showAround: (row, lengthMs, sameService) => {
        const middle = Date.parse(row.Timestamp);
        change({
          q: sameService ? fieldTerm('service', row.ServiceName) : undefined,
          ...rangeParameters(absoluteRange(middle - lengthMs, middle + lengthMs)),
          row: rowKeyText(row),
        });
      },
      showAt: (row, next) => change({ ...rangeParameters(next), row: rowKeyText(row) }),
      showKey: ({ id, timestamp }, next) =>
        change({
          ...(next === null ? {} : { q: undefined, ...rangeParameters(next) }),
          row: `${id}@${timestamp}`,
        }),
      openRow: (next) => change({ row: next === null ? undefined : rowKeyText(next) }, true),
    };
  }, [search, rowParameter, session, zone, run, query, rangeFrom, rangeTo, change, autoRefreshS, isWidened]);
}
