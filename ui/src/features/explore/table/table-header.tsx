import { memo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { moveColumn, placeColumn, type ColumnLayout } from '@/components/log/columns';
import { useExplore } from '../state/explore-context';
import { ColumnMenu } from './column-menu';
import { useTableLook } from './table-look';
import classes from './log-table.module.css';

const WIDTH_STEP = 16;

interface TableHeaderProps {
  columns: ColumnLayout[];
  template: string;
}

/**
 * Titles of the columns: dragged to another place, their edges to another width, and a menu for the rest. With the focus on a
 * title, Ctrl and the arrows move the column, Shift and the arrows change its width.
 */
export const TableHeader = memo(function TableHeader({ columns, template }: TableHeaderProps) {
  const [dragged, setDragged] = useState<string | null>(null);
  const { search, setColumns } = useExplore();
  const { setWidth } = useTableLook();
  const onKeyDown = (event: KeyboardEvent, { name, width }: ColumnLayout) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const direction = event.key === 'ArrowLeft' ? -1 : 1;
    if (event.ctrlKey || event.metaKey) setColumns(moveColumn(search.columns, name, direction));
    else if (event.shiftKey && width !== null) setWidth(name, width + direction * WIDTH_STEP);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div role="rowgroup" className={classes.header}>
      <div
        role="row"
        aria-rowindex={1}
        className={classes.headerRow}
        style={{ gridTemplateColumns: template }}
      >
        {columns.map((column) => (
          <div
            key={column.name}
            role="columnheader"
            className={classes.headerCell}
            data-dragged={dragged === column.name || undefined}
            data-pinned={column.pinnedAt !== undefined || undefined}
            style={column.pinnedAt === undefined ? undefined : { left: column.pinnedAt }}
            draggable
            onKeyDown={(event) => onKeyDown(event, column)}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              setDragged(column.name);
            }}
            onDragEnd={() => setDragged(null)}
            onDragOver={(event) => {
              if (dragged !== null) event.preventDefault();
            }}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged !== null && dragged !== column.name) {
                setColumns(placeColumn(search.columns, dragged, column.name));
              }
            }}
          >
            <ColumnMenu column={column} />
            {column.width !== null && <ResizeHandle name={column.name} width={column.width} />}
          </div>
        ))}
      </div>
    </div>
  );
});

function ResizeHandle({ name, width }: { name: string; width: number }) {
  const { setWidth } = useTableLook();
  const drag = useRef<{ at: number; width: number } | null>(null);
  return (
    <div
      className={classes.resize}
      aria-hidden
      draggable
      onDragStart={(event) => {
        // The header would be dragged with its edge.
        event.preventDefault();
        event.stopPropagation();
      }}
      onPointerDown={(event: PointerEvent<HTMLDivElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { at: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (drag.current) setWidth(name, drag.current.width + event.clientX - drag.current.at);
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
      onDoubleClick={() => setWidth(name, null)}
    />
  );
}
