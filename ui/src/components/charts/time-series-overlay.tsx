import { use, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { formatValue } from '@/lib/format/units';
import type { TimeZone } from '@/lib/time-range/time-zone';
import classes from './charts.module.css';
import plot from './plot.module.css';
import { useSharedCursor } from './cursor';
import type { ChartOptions } from './options';
import { MarksContext, marksIn, placeOf } from './marks';
import { plotOf } from './plot';
import { bucketAt, type SeriesData } from './series';
import { SeriesTooltip } from './series-tooltip';
import { spanName } from './span-name';

interface OverlayProps {
  title: string;
  data: SeriesData;
  options: ChartOptions;
  zone: TimeZone;
  muted: ReadonlySet<string>;
  /** Milliseconds since 1970; the end is exclusive. */
  onZoom?: ((from: number, to: number) => void) | undefined;
}

/** Over the lines: hover to read, drag to zoom; arrows, Shift and Enter do the same by keyboard. */
export function TimeSeriesOverlay({ title, data, options, zone, muted, onZoom }: OverlayProps) {
  const [sharedTime, setSharedTime] = useSharedCursor();
  const [own, setOwn] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const marks = use(MarksContext);
  const count = data.times.length;
  if (count === 0) return null;
  const clamp = (index: number) => Math.min(Math.max(index, 0), count - 1);
  const indexAt = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return clamp(Math.floor(((event.clientX - box.left) / box.width) * count));
  };
  const point = (index: number | null) => {
    setOwn(index);
    setSharedTime(index === null ? null : (data.times[index] ?? null));
  };
  const leave = () => {
    point(null);
    setAnchor(null);
  };
  const zoom = (first: number, last: number) => {
    const from = data.times[Math.min(first, last)];
    const to = data.times[Math.max(first, last)];
    leave();
    if (from !== undefined && to !== undefined) onZoom?.(from, to + data.bucketMs);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const index = own ?? count - 1;
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      point(clamp(index + (event.key === 'ArrowLeft' ? -1 : 1)));
      setAnchor(event.shiftKey ? (anchor ?? index) : null);
    } else if (event.key === 'Home' || event.key === 'End') {
      point(event.key === 'Home' ? 0 : count - 1);
    } else if (event.key === 'Enter' && own !== null && onZoom !== undefined) zoom(anchor ?? own, own);
    else if (event.key === 'Escape' && own !== null) leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shared = own === null && sharedTime !== null ? bucketAt(data, sharedTime) : -1;
  const current = own ?? count - 1;
  const left = own === null ? shared : Math.min(own, anchor ?? own);
  const right = own === null ? shared : Math.max(own, anchor ?? own);
  const said = data.series
    .filter(({ name }) => !muted.has(name))
    .slice(0, 6)
    .map(
      ({ name, values }) => `${name} ${formatValue(values[current] ?? NaN, options.unit, options.decimals)}`,
    )
    .concat(marksIn(marks, data, current, current).map(({ name, text }) => `${name}: ${text}`));
  return (
    <div
      className={plot.overlay}
      style={plotOf(options)}
      data-zooms={onZoom !== undefined || undefined}
      role="slider"
      tabIndex={0}
      aria-label={`${title}: over time; arrows move${onZoom === undefined ? '' : ', Shift with arrows selects, Enter zooms in'}`}
      aria-valuemin={0}
      aria-valuemax={count - 1}
      aria-valuenow={current}
      aria-valuetext={`${spanName(data, current, current, zone)}: ${said.join(', ')}`}
      onKeyDown={onKeyDown}
      onBlur={leave}
      onPointerDown={(event) => {
        if (event.button !== 0 || onZoom === undefined) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        point(indexAt(event));
        setAnchor(indexAt(event));
      }}
      onPointerMove={(event) => point(indexAt(event))}
      onPointerUp={(event) => {
        if (anchor === null) return;
        const end = indexAt(event);
        // A click on one bucket alone is no zoom: that is a hand that came to rest.
        if (end === anchor) setAnchor(null);
        else zoom(anchor, end);
      }}
      onPointerCancel={leave}
      onPointerLeave={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) leave();
      }}
    >
      {marks.map((mark, index) => {
        const place = placeOf(mark, data);
        return place === null ? null : (
          <div
            key={index}
            className={classes.mark}
            style={{ left: `${place * 100}%`, borderColor: `var(${mark.colour})` }}
          />
        );
      })}
      {left >= 0 && (
        <div
          className={plot.cursor}
          data-selecting={anchor !== null || undefined}
          style={{ left: `${(left / count) * 100}%`, width: `${((right - left + 1) / count) * 100}%` }}
        />
      )}
      {own !== null && <SeriesTooltip {...{ data, options, zone, muted }} first={left} last={right} />}
    </div>
  );
}
