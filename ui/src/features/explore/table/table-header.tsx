import { Menu } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconArrowsHorizontal, IconX } from '@tabler/icons-react';
import { useRef, useState, type PointerEvent } from 'react';
import { useExplore } from '../state/explore-context';
import { useColumnWidths } from './column-widths';
import { moveColumn, placeColumn, toggleColumn, type ColumnLayout } from '@/components/log/columns';
import classes from './log-table.module.css';

const WIDTH_STEP = 32;

interface TableHeaderProps {
  columns: ColumnLayout[];
  template: string;
}

/** Titles of the columns: dragged to another place, their edges to another width, and a menu that does both by keyboard. */
export function TableHeader({ columns, template }: TableHeaderProps) {
  const [dragged, setDragged] = useState<string | null>(null);
  const { search, setColumns } = useExplore();
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
            draggable
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
}

function ColumnMenu({ column }: { column: ColumnLayout }) {
  const { search, setColumns } = useExplore();
  const { setWidth } = useColumnWidths();
  const place = search.columns.indexOf(column.name);
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <button type="button" className={classes.title} title={column.name}>
          {column.title}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{column.name}</Menu.Label>
        <Menu.Item
          leftSection={<IconArrowLeft size={14} aria-hidden />}
          disabled={place <= 0}
          onClick={() => setColumns(moveColumn(search.columns, column.name, -1))}
        >
          Move left
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowRight size={14} aria-hidden />}
          disabled={place === search.columns.length - 1}
          onClick={() => setColumns(moveColumn(search.columns, column.name, 1))}
        >
          Move right
        </Menu.Item>
        {column.width !== null && (
          <>
            <Menu.Item
              leftSection={<IconArrowsHorizontal size={14} aria-hidden />}
              closeMenuOnClick={false}
              onClick={() => setWidth(column.name, (column.width ?? 0) + WIDTH_STEP)}
            >
              Wider
            </Menu.Item>
            <Menu.Item
              leftSection={<IconArrowsHorizontal size={14} aria-hidden />}
              closeMenuOnClick={false}
              onClick={() => setWidth(column.name, (column.width ?? 0) - WIDTH_STEP)}
            >
              Narrower
            </Menu.Item>
          </>
        )}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconX size={14} aria-hidden />}
          disabled={search.columns.length === 1}
          onClick={() => setColumns(toggleColumn(search.columns, column.name))}
        >
          Remove column
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function ResizeHandle({ name, width }: { name: string; width: number }) {
  const { setWidth } = useColumnWidths();
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
