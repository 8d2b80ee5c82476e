import { useState, type KeyboardEvent, type PointerEvent } from 'react';
import plot from '@/components/charts/plot.module.css';
import { formatCountOf } from '@/lib/format/numbers';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { bucketName } from './bucket-name';
import { brushedRange, type HistogramData } from './histogram-data';
import { HistogramTooltip } from './histogram-tooltip';
import { PLOT } from './plot';

interface BrushProps {
  data: HistogramData;
  zone: TimeZone;
  onSelect: (from: number, to: number) => void;
}

/** A cursor over the buckets and, while it is dragged or extended with Shift, where the stretch began. */
interface Cursor {
  index: number;
  anchor: number | null;
}

function describe(data: HistogramData, index: number, zone: TimeZone): string {
  const counts = data.series
    .map(({ level, counts: all }) => ({ level, count: all[index] ?? 0 }))
    .filter(({ count }) => count > 0);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const levels = counts.map(({ level, count }) => `${count} ${level}`).join(', ');
  return `${bucketName(data, index, zone)}: ${formatCountOf(total, 'row')}${levels === '' ? '' : `, ${levels}`}`;
}

/** Over the bars: hover to read, drag or click to zoom; arrows, Shift and Enter do the same by keyboard. */
export function Brush({ data, zone, onSelect }: BrushProps) {
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const count = data.times.length;
  const indexAt = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(Math.max(Math.floor(((event.clientX - box.left) / box.width) * count), 0), count - 1);
  };
  const select = ({ index, anchor }: Cursor) => {
    const range = brushedRange(data, anchor ?? index, index);
    setCursor(null);
    if (range) onSelect(range.from, range.to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const index = cursor?.index ?? count - 1;
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const next = Math.min(Math.max(index + (event.key === 'ArrowLeft' ? -1 : 1), 0), count - 1);
      setCursor({ index: next, anchor: event.shiftKey ? (cursor?.anchor ?? index) : null });
    } else if (event.key === 'Home' || event.key === 'End') {
      setCursor({ index: event.key === 'Home' ? 0 : count - 1, anchor: null });
    } else if (event.key === 'Enter' && cursor) {
      select(cursor);
    } else if (event.key === 'Escape' && cursor) {
      setCursor(null);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  if (count === 0) return null;
  const left = cursor ? Math.min(cursor.index, cursor.anchor ?? cursor.index) : 0;
  const right = cursor ? Math.max(cursor.index, cursor.anchor ?? cursor.index) : 0;
  const current = cursor?.index ?? count - 1;
  return (
    <div
      className={plot.overlay}
      data-zooms
      style={PLOT}
      role="slider"
      tabIndex={0}
      aria-label="Rows over time; arrows move, Shift with arrows selects, Enter zooms in"
      aria-valuemin={0}
      aria-valuemax={count - 1}
      aria-valuenow={current}
      aria-valuetext={describe(data, current, zone)}
      onKeyDown={onKeyDown}
      onBlur={() => setCursor(null)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const index = indexAt(event);
        setCursor({ index, anchor: index });
      }}
      onPointerMove={(event) => setCursor({ index: indexAt(event), anchor: cursor?.anchor ?? null })}
      onPointerUp={() => cursor?.anchor != null && select(cursor)}
      onPointerCancel={() => setCursor(null)}
      onPointerLeave={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) setCursor(null);
      }}
    >
      {cursor && (
        <>
          <div
            className={plot.cursor}
            data-selecting={cursor.anchor !== null || undefined}
            style={{ left: `${(left / count) * 100}%`, width: `${((right - left + 1) / count) * 100}%` }}
          />
          <HistogramTooltip data={data} first={left} last={right} zone={zone} />
        </>
      )}
    </div>
  );
}
