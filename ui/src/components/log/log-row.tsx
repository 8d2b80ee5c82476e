import { memo, type CSSProperties, type ReactNode } from 'react';
import type { LogRow } from '@/api/types';
import { SeverityTag } from './severity-tag';
import { formatTime, formatTimeExact } from '@/lib/format/time';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { levelOfNumber } from '@/lib/severity';
import type { Highlight } from '@/lib/query-language/highlight';
import { canonicalField } from '@/lib/query-language/syntax';
import { fieldValue } from './record';
import { formatValue, type ValueFormat } from './value-format';
import { layOut, type WordMark } from './log-text';
import { LogTextView } from './log-text-view';
import { minimumTableWidth, type ColumnLayout } from './columns';
import classes from './log-row.module.css';

const LINE_LIMIT = 600;
const WRAPPED_LIMIT = 4_000;

/** How every row is drawn; one object for all, so that rows are not drawn again for nothing. */
export interface RowLook {
  columns: ColumnLayout[];
  /** Widths of the columns: `--columns` of the grid that holds the rows. */
  template: string;
  highlights: Highlight[];
  zone: TimeZone;
  /** Leaves the date out where all rows have the same. */
  hasDate: boolean;
  /** Digits of a second; three unless said. */
  fractionDigits?: number;
  isWrapped: boolean;
  /** Words that the user wants to stand out. */
  marks?: readonly WordMark[];
  /** How values of a column are written, by its name; as they came where it is missing. */
  formats?: Partial<Record<string, ValueFormat>>;
  /** Begins the ids of the rows, where a page has several tables. */
  idPrefix?: string;
}

/** Of the element that holds the rows: what they all have in common is said once, not in each. */
export function gridStyle({ columns, template }: RowLook): CSSProperties {
  return { minWidth: minimumTableWidth(columns), '--columns': template } as CSSProperties;
}

export type PickMode = 'toggle' | 'extend';

export interface RowNote {
  colour: string;
  text: string;
}

interface LogRowViewProps {
  row: LogRow;
  index: number;
  top: number;
  look: RowLook;
  isSelected: boolean;
  /** Marked by the user, to be found again. */
  isBookmarked?: boolean;
  /** Picked beside others, for what is done to several. */
  isPicked?: boolean;
  /** Colour and words of a note on the row. */
  note?: RowNote | undefined;
  onOpen: (row: LogRow) => void;
  /** A click with Ctrl (`toggle`) or Shift (`extend`). */
  onPick?: (row: LogRow, mode: PickMode) => void;
  /** Given where heights differ from row to row. */
  measure: ((element: HTMLElement | null) => void) | undefined;
}

export function rowElementId(row: LogRow, prefix = 'row'): string {
  return `${prefix}-${row.IngestId}`;
}

export const LogRowView = memo(function LogRowView(props: LogRowViewProps) {
  const { row, index, top, look, isSelected, isBookmarked = false, isPicked = false } = props;
  const { note, onOpen, onPick, measure } = props;
  return (
    <div
      ref={measure}
      id={rowElementId(row, look.idPrefix)}
      data-index={index}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected || isPicked}
      data-picked={isPicked || undefined}
      className={classes.row}
      data-wrapped={look.isWrapped || undefined}
      data-bookmarked={isBookmarked || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onMouseDown={(event) => {
        // With Shift the browser would select the text up to here.
        if (event.shiftKey && onPick !== undefined) event.preventDefault();
      }}
      onClick={(event) => {
        if (onPick !== undefined && (event.ctrlKey || event.metaKey)) onPick(row, 'toggle');
        else if (onPick !== undefined && event.shiftKey) onPick(row, 'extend');
        // Selecting text to copy it is no wish to open the row.
        else if (window.getSelection()?.isCollapsed !== false) onOpen(row);
      }}
    >
      {look.columns.map(({ name, pinnedAt }, place) => (
        <div
          key={name}
          role="gridcell"
          className={classes.cell}
          data-column={name}
          data-pinned={pinnedAt !== undefined || undefined}
          style={pinnedAt === undefined ? undefined : { left: pinnedAt }}
        >
          {place === 0 && note !== undefined && <NoteSign note={note} />}
          {cell(row, name, look)}
        </div>
      ))}
    </div>
  );
});

/** At the left edge of the row, whatever its first column is. */
function NoteSign({ note: { colour, text } }: { note: RowNote }) {
  return (
    <span
      className={classes.note}
      data-colour={colour}
      role="img"
      aria-label={text === '' ? `Mark, ${colour}` : `Note: ${text}`}
      title={text}
    />
  );
}

function cell(row: LogRow, name: string, look: RowLook): ReactNode {
  if (name === 'level') return <SeverityTag level={levelOfNumber(row.SeverityNumber)} />;
  if (name === 'time') {
    const text = formatTime(row.Timestamp, look.zone, look.fractionDigits);
    return (
      <time dateTime={row.Timestamp} title={formatTimeExact(row.Timestamp, look.zone)}>
        {look.hasDate ? text : text.slice(11)}
      </time>
    );
  }
  const value = fieldValue(row, name);
  if (value === undefined || value === '') return null;
  const format = look.formats?.[name];
  if (format !== undefined) {
    return (
      <span className={classes.formatted} title={value}>
        {formatValue(value, format, look.zone)}
      </span>
    );
  }
  const isMessage = name === 'message';
  const isWrapped = look.isWrapped && isMessage;
  const line = layOut(value, {
    field: canonicalField(name),
    highlights: look.highlights,
    marks: look.marks,
    limit: isWrapped ? WRAPPED_LIMIT : LINE_LIMIT,
    firstLineOnly: !isWrapped,
  });
  return <LogTextView line={line} isWrapped={isWrapped} countsLines={!isWrapped} />;
}
