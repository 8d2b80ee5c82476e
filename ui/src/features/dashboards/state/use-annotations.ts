import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import type { Annotation, Definition } from '@/api/dashboards';
import type { Mark } from '@/components/charts/marks';
import { resolveRange, type TimeRange } from '@/lib/time-range/range';
import { sourceOf } from '../model/source';
import { fillSearch, type Values } from '../model/variables';

/** Of each annotation; more would hide the chart. */
export const MARKS_LIMIT = 100;
const COLOURS = ['--note-violet', '--note-blue', '--note-green', '--note-amber', '--note-red', '--note-grey'];

export interface AnnotationMarks {
  annotation: Annotation;
  colour: string;
  marks: Mark[];
  error: Error | null;
}

const NONE: Annotation[] = [];

/** The events of a dashboard's annotations in its time range, the newest where there are many. */
export function useAnnotations(
  definition: Definition,
  range: TimeRange,
  askedAt: number,
  values: Values,
): AnnotationMarks[] {
  const api = useApi();
  const annotations = definition.annotations ?? NONE;
  const { from, to } = resolveRange(range, askedAt);
  const source = sourceOf(null, definition);
  const answers = useQueries({
    queries: annotations.map(({ name, query }, index) => {
      const text = fillSearch(query, values);
      return {
        queryKey: ['dashboards', 'annotations', text, source, from, to],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          api.search(
            {
              query: text,
              ...(source === undefined ? {} : { source }),
              ...(from === null ? {} : { from: new Date(from).toISOString() }),
              ...(to === null ? {} : { to: new Date(to).toISOString() }),
              limit: MARKS_LIMIT,
              columns: ['time', 'message'],
            },
            signal,
          ),
        select: (answer: { rows: readonly object[] }) => marksOf(answer.rows, name, colourOf(index)),
        placeholderData: keepPreviousData,
        staleTime: Infinity,
        gcTime: 60_000,
        retry: false,
      };
    }),
  });
  return annotations.map((annotation, index) => ({
    annotation,
    colour: colourOf(index),
    marks: answers[index]?.data ?? [],
    error: answers[index]?.error ?? null,
  }));
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? '--note-grey';
}

function marksOf(rows: readonly object[], name: string, colour: string): Mark[] {
  return (rows as readonly { time?: unknown; message?: unknown }[]).flatMap(({ time, message }) => {
    const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    const text = typeof message === 'string' ? (message.split('\n', 1)[0] ?? '') : '';
    return Number.isNaN(at) ? [] : [{ time: at, name, text: text.slice(0, 120), colour }];
  });
}
