import { useQuery } from '@tanstack/react-query';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useApi } from '@/api/client';
import type { LogRow } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCountOf, formatDuration } from '@/lib/format/numbers';
import { useTraceRows } from './use-trace-rows';
import { waterfallOf, type Waterfall, type WaterfallSpan } from './waterfall';
import classes from './trace.module.css';

const SHOWN_SPANS = 300;

/** Spans below a millisecond are told in microseconds. */
export function spanLength(durationMs: number): string {
  return durationMs < 1 ? `${Math.round(durationMs * 1_000)}\u00a0µs` : formatDuration(durationMs);
}

/** The trace that a row belongs to: its spans over time, the row's own marked. */
export default function TraceTab({ row }: { row: LogRow }) {
  const api = useApi();
  const showRows = useTraceRows(row);
  const { data, error, refetch } = useQuery({
    queryKey: ['explore', 'trace', row.TraceId],
    queryFn: ({ signal }) => api.trace(row.TraceId, signal),
    staleTime: 60_000,
  });
  const action = (
    <Button variant="default" onClick={showRows}>
      Show the log rows of this trace
    </Button>
  );
  if (data === undefined) {
    return error === null ? (
      <SkeletonRows count={8} />
    ) : (
      <ErrorState title="The trace was not fetched" error={error} onRetry={() => void refetch()} />
    );
  }
  if (data.spans.length === 0) {
    return (
      <EmptyState title="No span of this trace is stored" action={action}>
        The row names the trace {row.TraceId}, and its program sent no spans, or they have passed the
        retention.
      </EmptyState>
    );
  }
  return (
    <div className={classes.trace}>
      <Spans waterfall={waterfallOf(data.spans)} own={row.SpanId} isTruncated={data.truncated} />
      <div className={classes.actions}>{action}</div>
    </div>
  );
}

function Spans({ waterfall, own, isTruncated }: { waterfall: Waterfall; own: string; isTruncated: boolean }) {
  const [limit, setLimit] = useState(SHOWN_SPANS);
  const { spans, durationMs, services } = waterfall;
  return (
    <>
      <p className={classes.summary}>
        {formatCountOf(spans.length, 'span')}
        {isTruncated && ' and more'} of {formatCountOf(services.length, 'service')} in{' '}
        {spanLength(durationMs)}
      </p>
      <ol className={classes.spans} aria-label="Spans">
        {spans.slice(0, limit).map((placed) => (
          <SpanLine
            key={placed.span.SpanId}
            placed={placed}
            totalMs={durationMs}
            isOwn={placed.span.SpanId === own}
          />
        ))}
      </ol>
      {spans.length > limit && (
        <Button variant="subtle" size="compact-xs" onClick={() => setLimit(spans.length)}>
          Show {formatCountOf(spans.length - limit, 'more span')}
        </Button>
      )}
    </>
  );
}

function SpanLine({ placed, totalMs, isOwn }: { placed: WaterfallSpan; totalMs: number; isOwn: boolean }) {
  const { span, depth, startMs, durationMs, isFailed } = placed;
  const share = (part: number) => `${totalMs <= 0 ? 0 : (part / totalMs) * 100}%`;
  const title = [
    `${span.ServiceName}: ${span.SpanName}`,
    `${span.SpanKind}, starts at ${spanLength(startMs)}, takes ${spanLength(durationMs)}`,
    span.StatusMessage,
  ]
    .filter((line) => line !== '')
    .join('\n');
  return (
    <li
      className={classes.span}
      data-own={isOwn || undefined}
      data-failed={isFailed || undefined}
      title={title}
    >
      <span className={classes.name} style={{ paddingLeft: Math.min(depth, 12) * 10 }}>
        {span.SpanName}
        {isFailed && <span className={classes.failed}>failed</span>}
        {isOwn && <span className={classes.here}>this row</span>}
        <span className={classes.service}>{span.ServiceName}</span>
      </span>
      <span className={classes.track}>
        <span className={classes.bar} style={{ left: share(startMs), width: share(durationMs) }} />
      </span>
      <span className={classes.length}>{spanLength(durationMs)}</span>
    </li>
  );
}
