import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { useStored } from '../state/stored';
import classes from './side-panel.module.css';

interface SidePanelProps {
  /** Under which the width is remembered. */
  name: string;
  side: 'left' | 'right';
  label: string;
  initialWidth: number;
  minWidth: number;
  maxWidth: number;
  children: ReactNode;
}

const STEP = 16;

/** A panel beside the table, as wide as it was left. The table gives way to it and stays whole. */
export function SidePanel({ name, side, label, initialWidth, minWidth, maxWidth, children }: SidePanelProps) {
  const [stored, setStored] = useStored(`${name}.width`, initialWidth);
  const drag = useRef<{ at: number; width: number } | null>(null);
  const width = Math.min(maxWidth, Math.max(minWidth, stored));
  const sign = side === 'left' ? 1 : -1;
  const resize = (next: number) => setStored(Math.round(Math.min(maxWidth, Math.max(minWidth, next))));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    resize(width + sign * (event.key === 'ArrowRight' ? STEP : -STEP));
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { at: event.clientX, width };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current) resize(drag.current.width + sign * (event.clientX - drag.current.at));
  };

  const handle = (
    <div
      role="separator"
      tabIndex={0}
      className={classes.handle}
      aria-label={`Width of ${label.toLowerCase()}`}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={minWidth}
      aria-valuemax={maxWidth}
      onKeyDown={onKeyDown}
      onDoubleClick={() => resize(initialWidth)}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        drag.current = null;
      }}
    />
  );
  return (
    <>
      {side === 'right' && handle}
      <section className={classes.panel} style={{ width }} aria-label={label} data-tour={label.toLowerCase()}>
        {children}
      </section>
      {side === 'left' && handle}
    </>
  );
}
