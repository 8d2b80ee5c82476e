import { memo } from 'react';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { cellText } from './cell-text';
import { cellKind, type ResultColumn, type ResultRow } from './result';
import classes from './result-grid.module.css';

interface GridRowProps {
  gridId: string;
  row: ResultRow;
  /** Place among the rows that are shown, from 0. */
  place: number;
  number: number;
  columns: readonly ResultColumn[];
  template: string;
  zone: TimeZone;
  /** First and last selected column of this row; -1 where none is. */
  firstSelected: number;
  lastSelected: number;
  /** Column of the cursor, -1 where it is in another row. */
  cursor: number;
}

export function cellId(gridId: string, row: number, column: number): string {
  return `${gridId}-${row}-${column}`;
}

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { gridId, row, place, number, columns, template, zone, firstSelected, lastSelected, cursor } = props;
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      className={classes.row}
      style={{ gridTemplateColumns: template }}
    >
      <div role="rowheader" className={classes.number}>
        {number + 1}
      </div>
      {columns.map((column, index) => {
        const value = row[column.name];
        const { text, title } = cellText(value, column, zone);
        const isSelected = index >= firstSelected && index <= lastSelected;
        return (
          <div
            key={column.name}
            id={cellId(gridId, place, index)}
            role="gridcell"
            aria-colindex={index + 2}
            aria-selected={isSelected}
            className={classes.cell}
            data-kind={cellKind(column.type)}
            data-null={value === null || value === undefined || undefined}
            data-cursor={index === cursor || undefined}
            data-cell-row={place}
            data-cell-column={index}
            title={title}
          >
            {text}
          </div>
        );
      })}
    </div>
  );
});
