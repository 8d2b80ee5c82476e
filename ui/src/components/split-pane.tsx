import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import classes from './split-pane.module.css';

interface SplitPaneProps {
  /** Under which the size is remembered. */
  name: string;
  /** What the separator resizes, for screen readers, such as `Width of the fields`. */
  label: string;
  /** `row`: side by side; `column`: one above the other. */
  direction: 'row' | 'column';
  /** Which of the two children has the fixed size; the other takes the rest. */
  fixed: 'first' | 'second';
  /** In pixels. */
  initialSize: number;
  minSize: number;
  maxSize: number;
  first: ReactNode;
  /** `null` leaves all the space to the first; the first stays as it is, with its focus and its place. */
  second: ReactNode | null;
}

const STEP = 16;

/** Two panels and a separator that is dragged, or moved with the arrow keys; a double click restores the first size. */
export function SplitPane(props: SplitPaneProps) {
  const { name, label, direction, fixed, initialSize, minSize, maxSize, first, second } = props;
  const [size, setSize] = useState(() => rememberedSize(name) ?? initialSize);
  const drag = useRef<{ at: number; size: number } | null>(null);
  const clamped = Math.min(maxSize, Math.max(minSize, size));

  const change = (next: number): void => {
    const rounded = Math.round(Math.min(maxSize, Math.max(minSize, next)));
    setSize(rounded);
    rememberSize(name, rounded);
  };
  const position = (event: PointerEvent): number => (direction === 'row' ? event.clientX : event.clientY);
  const sign = fixed === 'first' ? 1 : -1;

  const onKeyDown = (event: KeyboardEvent): void => {
    const [less, more] = direction === 'row' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    if (event.key !== less && event.key !== more) return;
    event.preventDefault();
    change(clamped + sign * (event.key === more ? STEP : -STEP));
  };

  const fixedStyle = { [direction === 'row' ? 'width' : 'height']: clamped, flex: 'none' };
  return (
    <div className={classes.split} data-direction={direction}>
      <div className={classes.pane} style={fixed === 'first' && second !== null ? fixedStyle : { flex: 1 }}>
        {first}
      </div>
      {second !== null && (
        <>
          <div
            role="separator"
            tabIndex={0}
            className={classes.separator}
            aria-label={label}
            aria-orientation={direction === 'row' ? 'vertical' : 'horizontal'}
            aria-valuenow={clamped}
            aria-valuemin={minSize}
            aria-valuemax={maxSize}
            onKeyDown={onKeyDown}
            onDoubleClick={() => change(initialSize)}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              drag.current = { at: position(event), size: clamped };
            }}
            onPointerMove={(event) => {
              if (drag.current !== null)
                change(drag.current.size + sign * (position(event) - drag.current.at));
            }}
            onPointerUp={() => {
              drag.current = null;
            }}
          />
          <div className={classes.pane} style={fixed === 'second' ? fixedStyle : { flex: 1 }}>
            {second}
          </div>
        </>
      )}
    </div>
  );
}

function rememberedSize(name: string): number | null {
  const size = Number(window.localStorage.getItem(`click-lite.panel.${name}`) ?? Number.NaN);
  return Number.isFinite(size) ? size : null;
}

function rememberSize(name: string, size: number): void {
  try {
    window.localStorage.setItem(`click-lite.panel.${name}`, String(size));
  } catch {
    // Storage is full or forbidden: the size holds until the page is closed.
  }
}
