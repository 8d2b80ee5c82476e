import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import type { Widget } from '@/api/dashboards';
import { isTransient } from '@/api/errors';
import type { ResultData } from '@/components/charts/result-data';
import { resolveRange } from '@/lib/time-range/range';
import { runQuery } from '../model/query';
import { sourceOf } from '../model/source';
import { variablesIn } from '../model/variables';
import { useBoard } from './board-context';

export interface WidgetData {
  data: ResultData | undefined;
  /** The same query over the time before, where the widget compares. */
  before: ResultData | undefined;
  error: Error | null;
  isFetching: boolean;
  /** `data` is of an earlier question, which the answer on its way will replace. */
  isStale: boolean;
  retry: () => void;
}

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

/** The answer to the query of a widget. It is asked only while the widget can be seen, a few at a time. */
export function useWidgetData(widget: Widget, isSeen: boolean): WidgetData {
  const api = useApi();
  const { range: shared, askedAt, values, gate, definition } = useBoard();
  const own = widget.from != null && widget.from !== '';
  const range = own ? { from: widget.from ?? null, to: widget.to ?? 'now' } : shared;
  const span = resolveRange(range, askedAt);
  const { kind, query } = widget;
  const source = sourceOf(query, definition);
  // Only the variables that it names: another one leaves it as it is.
  const used = query == null ? [] : variablesIn(query, definition.variables);
  const chosen = Object.fromEntries(used.map((name) => [name, values[name] ?? []]));
  const isAsked = isSeen && query != null && query.text !== '';
  const ask = (from: number | null, to: number | null) => ({
    queryKey: ['dashboards', 'data', kind, query, source, chosen, from, to],
    queryFn: ({ signal }: { signal: AbortSignal }) => {
      if (query == null) throw new Error('the widget has no query');
      return gate.run(
        () => runQuery(api, { kind, query, source, values: chosen, from: iso(from), to: iso(to) }, signal),
        signal,
      );
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: (failures: number, error: Error) => failures < 5 && isTransient(error),
  });
  const answer = useQuery({ ...ask(span.from, span.to), enabled: isAsked });
  const compares = widget.kind === 'number' && widget.options.compare === true;
  const canCompare = compares && span.from !== null && span.to !== null;
  const length = (span.to ?? 0) - (span.from ?? 0);
  const before = useQuery({
    ...ask((span.from ?? 0) - length, span.from),
    enabled: isAsked && canCompare,
  });
  return {
    data: answer.data,
    before: canCompare ? before.data : undefined,
    error: answer.error,
    isFetching: answer.isFetching,
    isStale: answer.isPlaceholderData && answer.isFetching,
    retry: () => void answer.refetch(),
  };
}
