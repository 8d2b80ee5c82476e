import { useMemo, useRef, useState } from 'react';
import { useRowWindow } from '@/components/log/row-window';
import { formatTime } from '@/lib/format/time';
import { formatValue } from '@/lib/format/units';
import type { ChartProps } from './chart-props';
import classes from './charts.module.css';
import { NoData } from './no-data';
import { toneOf } from './options';
import { kindOf, toNumber, toText, toTime, type ResultColumn, type ResultData } from './result-data';

const ROW_PX = 24;
const atIndex = (index: number) => index;

interface Sorting {
  column: string;
  direction: 1 | -1;
}

/** Rows and columns of any answer: sorted by a click on a head, a value picked by a click on it. */
export function ResultTable({ title, data, options, zone, onPick }: ChartProps) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const rows = useMemo(() => sorted(data, sorting), [data, sorting]);
  const scroller = useRef<HTMLDivElement>(null);
  const [{ items, totalHeight }] = useRowWindow({
    count: rows.length,
    rowHeight: ROW_PX,
    headerHeight: 0,
    keyOf: atIndex,
    scroller,
    isMeasured: false,
  });
  if (data.rows.length === 0) return <NoData needs={null} />;
  const above = items[0]?.start ?? 0;
  const last = items.at(-1);
  const below = last === undefined ? 0 : totalHeight - last.start - ROW_PX;
  const cell = (column: ResultColumn, row: Record<string, unknown>) => {
    const value = row[column.name];
    const kind = kindOf(column);
    const number = kind === 'number' ? toNumber(value) : null;
    if (number !== null) return formatValue(number, options.unit, options.decimals);
    if (kind === 'time' && toTime(value) !== null)
      return formatTime(new Date(toTime(value) ?? 0).toISOString(), zone);
    return toText(value);
  };
  return (
    <div
      ref={scroller}
      className={classes.tableScroller}
      tabIndex={0}
      role="group"
      aria-label={`${title}, rows`}
    >
      <table className={classes.table} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {data.columns.map((column) => (
              <Head key={column.name} column={column} sorting={sorting} onSort={setSorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr style={{ height: above }} aria-hidden />}
          {items.map(({ index }) => {
            const row = rows[index] ?? {};
            return (
              <tr key={index} aria-rowindex={index + 2}>
                {data.columns.map((column) => {
                  const kind = kindOf(column);
                  const number = kind === 'number' ? toNumber(row[column.name]) : null;
                  const tone = number === null ? null : toneOf(number, options.thresholds);
                  const text = cell(column, row);
                  const canPick = onPick !== undefined && kind === 'text' && text !== '';
                  return (
                    <td key={column.name} data-kind={kind} data-tone={tone ?? undefined} title={text}>
                      {canPick ? (
                        <button
                          type="button"
                          className={classes.cellButton}
                          onClick={() => onPick([{ column: column.name, value: text }])}
                        >
                          {text}
                        </button>
                      ) : (
                        text
                      )}
                    </td>
                  );
                })}
              </tr>
            );
          })}
          {below > 0 && <tr style={{ height: below }} aria-hidden />}
        </tbody>
      </table>
    </div>
  );
}

interface HeadProps {
  column: ResultColumn;
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
}

function Head({ column, sorting, onSort }: HeadProps) {
  const direction = sorting?.column === column.name ? sorting.direction : null;
  // Numbers are looked through from the greatest, names from the first; the third click is the order that came.
  const first: 1 | -1 = kindOf(column) === 'number' ? -1 : 1;
  const second: 1 | -1 = first === 1 ? -1 : 1;
  const next: Sorting | null =
    direction === null
      ? { column: column.name, direction: first }
      : direction === first
        ? { column: column.name, direction: second }
        : null;
  return (
    <th
      scope="col"
      data-kind={kindOf(column)}
      aria-sort={direction === null ? 'none' : direction === 1 ? 'ascending' : 'descending'}
    >
      <button
        type="button"
        className={classes.headButton}
        onClick={() => onSort(next)}
        title={`${column.name}: ${column.type}`}
      >
        {column.name}
        {direction !== null && <span aria-hidden>{direction === 1 ? ' ▲' : ' ▼'}</span>}
      </button>
    </th>
  );
}

function sorted(data: ResultData, sorting: Sorting | null): Record<string, unknown>[] {
  const column = data.columns.find(({ name }) => name === sorting?.column);
  if (sorting === null || column === undefined) return data.rows;
  const isNumber = kindOf(column) === 'number';
  return data.rows.toSorted((left, right) => {
    const one = left[column.name];
    const other = right[column.name];
    const order = isNumber
      ? (toNumber(one) ?? -Infinity) - (toNumber(other) ?? -Infinity)
      : toText(one).localeCompare(toText(other));
    return order * sorting.direction;
  });
}
