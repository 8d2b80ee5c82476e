import { useElementSize } from '@mantine/hooks';
import { GridLayout } from 'react-grid-layout';
import type { Widget } from '@/api/dashboards';
import { COLUMNS, GAP_PX, inReadingOrder, isSameLayout, itemsOf, ROW_PX, withLayout } from '../model/layout';
import { useBoard } from '../state/board-context';
import { WidgetCard } from './widget-card';
import classes from './widget-grid.module.css';

/** Below this width widgets stand one below the other. */
const NARROW_PX = 720;

export function WidgetGrid({ widgets }: { widgets: Widget[] }) {
  const { isEditing, change } = useBoard();
  const { ref, width } = useElementSize<HTMLDivElement>();
  const ordered = inReadingOrder(widgets);
  const isNarrow = width > 0 && width < NARROW_PX;
  const settle = (layout: readonly { i: string; x: number; y: number; w: number; h: number }[]) =>
    change((current) => (isSameLayout(current, layout) ? current : withLayout(current, layout)));
  return (
    <div className={classes.grid}>
      {/* Without a padding of its own, as that would be measured too. */}
      <div ref={ref}>
        {isNarrow && (
          <div className={classes.stack}>
            {ordered.map((widget) => (
              <div key={widget.id} style={{ height: widget.layout.h * (ROW_PX + GAP_PX) - GAP_PX }}>
                <WidgetCard widget={widget} />
              </div>
            ))}
          </div>
        )}
        {width >= NARROW_PX && (
          <GridLayout
            width={width}
            layout={itemsOf(widgets)}
            gridConfig={{
              cols: COLUMNS,
              rowHeight: ROW_PX,
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
