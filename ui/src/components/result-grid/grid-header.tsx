import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconFilter, IconFilterFilled } from '@tabler/icons-react';
import { useRef, useState, type PointerEvent } from 'react';
import { cellKind, type ResultColumn } from './result';
import type { GridView } from './use-grid-view';
import classes from './result-grid.module.css';

const WIDTH_STEP = 40;

/** Titles: a click sorts, the funnel filters and sets the width, the edge is dragged. */
export function GridHeader({ view, template }: { view: GridView; template: string }) {
  return (
    <div role="rowgroup" className={classes.header}>
      <div
        role="row"
        aria-rowindex={1}
        className={classes.headerRow}
        style={{ gridTemplateColumns: template }}
      >
        <div role="columnheader" className={classes.corner} aria-label="Row number" />
        {view.columns.map((column, index) => (
          <HeaderCell key={column.name} view={view} column={column} index={index} />
        ))}
      </div>
    </div>
  );
}

function HeaderCell({ view, column, index }: { view: GridView; column: ResultColumn; index: number }) {
  const { name, type } = column;
  const direction =
    view.sort?.column === name ? (view.sort.isDescending ? 'descending' : 'ascending') : 'none';
  const Arrow = direction === 'descending' ? IconArrowDown : IconArrowUp;
  const cycle = (): void => {
    if (direction === 'none') view.setSort({ column: name, isDescending: false });
    else if (direction === 'ascending') view.setSort({ column: name, isDescending: true });
    else view.setSort(null);
  };
  return (
    <div
      role="columnheader"
      aria-sort={direction}
      aria-colindex={index + 2}
      className={classes.headerCell}
      data-kind={cellKind(type)}
    >
      <button type="button" className={classes.title} title={`${name}: ${type}`} onClick={cycle}>
        <span className={classes.titleText}>{name}</span>
        {direction !== 'none' && <Arrow size={12} aria-hidden />}
      </button>
      <ColumnPopover view={view} column={column} width={view.widths[index] ?? 0} />
      <ResizeHandle
        width={view.widths[index] ?? 0}
        onResize={(width) => view.setWidth(name, width)}
        onFit={() => view.setWidth(name, null)}
      />
    </div>
  );
}

function ColumnPopover({ view, column, width }: { view: GridView; column: ResultColumn; width: number }) {
  const { name, type } = column;
  const [isOpen, setIsOpen] = useState(false);
  const filter = view.filters[name] ?? '';
  const kind = cellKind(type);
  const Funnel = filter === '' ? IconFilter : IconFilterFilled;
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-start" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <ActionIcon
          size={24}
          className={classes.funnel}
          data-active={filter !== '' || isOpen || undefined}
          aria-label={`Filter and width of ${name}`}
          title={`Filter and width of ${name}`}
          onClick={() => setIsOpen(!isOpen)}
        >
          <Funnel size={12} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={10}>
        <div className={classes.columnMenu}>
          <div className={classes.columnType}>{type}</div>
          <TextInput
            data-autofocus
            label={`Only rows where ${name}`}
            placeholder={kind === 'text' || kind === 'nested' ? 'contains, or =value' : 'contains, or >value'}
            value={filter}
            onChange={(event) => view.setFilter(name, event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') setIsOpen(false);
            }}
          />
          <div className={classes.columnButtons}>
            <Button variant="default" onClick={() => view.setWidth(name, width - WIDTH_STEP)}>
              Narrower
            </Button>
            <Button variant="default" onClick={() => view.setWidth(name, width + WIDTH_STEP)}>
              Wider
            </Button>
            <Button variant="default" onClick={() => view.setWidth(name, null)}>
              Fit
            </Button>
          </div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

interface ResizeHandleProps {
  width: number;
  onResize: (width: number) => void;
  onFit: () => void;
}

function ResizeHandle({ width, onResize, onFit }: ResizeHandleProps) {
  const drag = useRef<{ at: number; width: number } | null>(null);
  return (
    <div
      className={classes.resize}
      aria-hidden
      onPointerDown={(event: PointerEvent<HTMLDivElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { at: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (drag.current !== null) onResize(drag.current.width + event.clientX - drag.current.at);
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
      onDoubleClick={onFit}
    />
  );
}
