import { useElementSize } from '@mantine/hooks';
import { use, type CSSProperties } from 'react';
import { GridLayout } from 'react-grid-layout';
import type { Widget } from '@/api/dashboards';
import {
  COLUMNS,
  GAP_PX,
  inReadingOrder,
  isSameLayout,
  itemsOf,
  rowHeight,
  withLayout,
} from '../model/layout';
import { useBoard } from '../state/board-context';
import { PrintContext } from '../state/use-print';
import { WidgetCard } from './widget-card';
import classes from './widget-grid.module.css';

/** Below this width widgets stand one below the other. */
const NARROW_PX = 720;
/** Widgets of at most this many columns, such as figures, stand in pairs there. */
const SMALL_COLUMNS = 3;

export function WidgetGrid({ widgets }: { widgets: Widget[] }) {
  const { isEditing, change } = useBoard();
  const isPrinting = use(PrintContext);
  const { ref, width } = useElementSize<HTMLDivElement>();
  const ordered = inReadingOrder(widgets);
  const isNarrow = width > 0 && width < NARROW_PX;
  const rowPx = rowHeight(width);
  const settle = (layout: readonly { i: string; x: number; y: number; w: number; h: number }[]) =>
    change((current) => (isSameLayout(current, layout) ? current : withLayout(current, layout)));
  return (
    <div className={classes.grid}>
      {/* Without a padding of its own, as that would be measured too. */}
      <div ref={ref}>
        {isPrinting && (
          <div className={classes.paper}>
            {ordered.map((widget) => (
              <div key={widget.id} style={placeOnPaper(widget)}>
                <WidgetCard widget={widget} />
              </div>
            ))}
          </div>
        )}
        {!isPrinting && isNarrow && (
          <div className={classes.stack}>
            {ordered.map((widget) => (
              <div
                key={widget.id}
                data-small={widget.layout.w <= SMALL_COLUMNS || undefined}
                style={{ height: widget.layout.h * (rowPx + GAP_PX) - GAP_PX }}
              >
                <WidgetCard widget={widget} />
              </div>
            ))}
          </div>
        )}
        {!isPrinting && width >= NARROW_PX && (
          <GridLayout
            width={width}
            layout={itemsOf(widgets)}
            gridConfig={{
              cols: COLUMNS,
              rowHeight: rowPx,
              margin: [GAP_PX, GAP_PX],
              containerPadding: [0, 0],
            }}
            dragConfig={{ enabled: isEditing, handle: '[data-drags]', cancel: '[aria-haspopup]' }}
            resizeConfig={{ enabled: isEditing, handles: ['se'] }}
            onDragStop={settle}
            onResizeStop={settle}
          >
            {ordered.map((widget) => (
              <div key={widget.id}>
                <WidgetCard widget={widget} />
              </div>
            ))}
          </GridLayout>
        )}
      </div>
    </div>
  );
}

/** Cells of a plain grid, as only those break between pages without being cut. */
function placeOnPaper({ layout: { x, y, w, h } }: Widget): CSSProperties {
  return { gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` };
}
