import { memo, type ReactNode } from 'react';
import type { LogRow } from '@/api/types';
import { SeverityTag } from './severity-tag';
import { formatTime, formatTimeExact, type TimeZone } from '@/lib/format/time';
import { levelOfNumber } from '@/lib/severity';
import type { Highlight } from '@/lib/query-language/highlight';
import { canonicalField } from '@/lib/query-language/syntax';
import { fieldValue } from './record';
import { layOut } from './log-text';
import { LogTextView } from './log-text-view';
import type { ColumnLayout } from './columns';
import classes from './log-row.module.css';

const LINE_LIMIT = 600;
const WRAPPED_LIMIT = 4_000;

/** How every row is drawn; one object for all, so that rows are not drawn again for nothing. */
export interface RowLook {
  columns: ColumnLayout[];
  template: string;
  highlights: Highlight[];
  zone: TimeZone;
  /** Leaves the date out where all rows have the same. */
  hasDate: boolean;
  isWrapped: boolean;
}

interface LogRowViewProps {
  row: LogRow;
  index: number;
  top: number;
  look: RowLook;
  isSelected: boolean;
  onOpen: (row: LogRow) => void;
  /** Given where heights differ from row to row. */
  measure: ((element: HTMLElement | null) => void) | undefined;
}

export function rowElementId(row: LogRow): string {
  return `row-${row.IngestId}`;
}

export const LogRowView = memo(function LogRowView(props: LogRowViewProps) {
  const { row, index, top, look, isSelected, onOpen, measure } = props;
  return (
    <div
      ref={measure}
      id={rowElementId(row)}
      data-index={index}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={classes.row}
      data-wrapped={look.isWrapped || undefined}
      style={{ transform: `translateY(${top}px)`, gridTemplateColumns: look.template }}
      onClick={() => {
        // Selecting text to copy it is no wish to open the row.
        if (window.getSelection()?.isCollapsed !== false) onOpen(row);
      }}
    >
      {look.columns.map(({ name }) => (
        <div key={name} role="gridcell" className={classes.cell} data-column={name}>
          {cell(row, name, look)}
        </div>
      ))}
    </div>
  );
});

function cell(row: LogRow, name: string, look: RowLook): ReactNode {
  if (name === 'level') return <SeverityTag level={levelOfNumber(row.SeverityNumber)} />;
  if (name === 'time') {
    const text = formatTime(row.Timestamp, look.zone);
    return (
      <time dateTime={row.Timestamp} title={formatTimeExact(row.Timestamp, look.zone)}>
        {look.hasDate ? text : text.slice(11)}
      </time>
    );
  }
  const value = fieldValue(row, name);
  if (value === undefined || value === '') return null;
  const isMessage = name === 'message';
  const isWrapped = look.isWrapped && isMessage;
  const line = layOut(value, {
    field: canonicalField(name),
    highlights: look.highlights,
    limit: isWrapped ? WRAPPED_LIMIT : LINE_LIMIT,
    firstLineOnly: !isWrapped,
  });
  return <LogTextView line={line} isWrapped={isWrapped} countsLines={!isWrapped} />;
}
