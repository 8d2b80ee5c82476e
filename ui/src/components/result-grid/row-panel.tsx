import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { CopyButton } from '@/components/copy-button';
import { formatTimeExact } from '@/lib/format/time';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { isoTime, rawText } from './cell-text';
import { cellKind, type ResultColumn, type ResultRow } from './result';
import { jsonIn, ValueTree } from './value-tree';
import classes from './row-panel.module.css';

interface RowPanelProps {
  columns: readonly ResultColumn[];
  row: ResultRow | undefined;
  /** From 0. */
  number: number;
  zone: TimeZone;
  onClose: () => void;
}

/** One row whole: each value in full, nested ones as trees. */
export function RowPanel({ columns, row, number, zone, onClose }: RowPanelProps) {
  return (
    <section className={classes.panel} aria-label="Row">
      <header className={classes.head}>
        <h2 className={classes.title}>{row === undefined ? 'Row' : `Row ${number + 1}`}</h2>
        {row !== undefined && (
          <CopyButton text={() => JSON.stringify(row, null, 2)} label="Copy the row as JSON" />
        )}
        <ActionIcon size="sm" aria-label="Close the row" onClick={onClose}>
          <IconX size={14} aria-hidden />
        </ActionIcon>
      </header>
      {row === undefined ? (
        <p className={classes.hint}>Choose a cell to see its row.</p>
      ) : (
        <dl className={classes.fields} tabIndex={0} aria-label="Values of the row">
          {columns.map((column) => (
            <div key={column.name} className={classes.field}>
              <dt>
                <span className={classes.name}>{column.name}</span>
                <span className={classes.type}>{column.type}</span>
                <CopyButton text={rawText(row[column.name])} label={`Copy ${column.name}`} />
              </dt>
              <dd>
                <Value value={row[column.name]} column={column} zone={zone} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Value({ value, column, zone }: { value: unknown; column: ResultColumn; zone: TimeZone }) {
  if (value != null && cellKind(column.type) === 'time') {
    return <span className={classes.figure}>{formatTimeExact(isoTime(value), zone)}</span>;
  }
  return <ValueTree value={typeof value === 'string' ? (jsonIn(value) ?? value) : value} />;
}
