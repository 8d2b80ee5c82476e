import { ActionIcon, Tooltip } from '@mantine/core';
import { IconColumnInsertRight, IconColumnRemove, IconEqual, IconEqualNot } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import type { LogRow } from '@/api/types';
import { CopyButton } from '@/components/copy-button';
import { toggleColumn } from '@/components/log/columns';
import { layOut } from '@/components/log/log-text';
import { SegmentsView } from '@/components/log/log-text-view';
import { prettyJson, type DetailField } from '@/components/log/record';
import { toggleExclude, toggleInclude } from '@/lib/query-language/filters';
import { canonicalField } from '@/lib/query-language/syntax';
import { useExplore } from '../state/explore-context';
import { FieldMenu } from './field-menu';
import { useTraceRows } from './use-trace-rows';
import classes from './detail.module.css';

const VALUE_LIMIT = 10_000;

interface FieldRowProps {
  field: DetailField;
  row: LogRow;
  /** What stands for the name in a tree, and how deep it is there. */
  label?: string;
  depth?: number;
}

/** A field of a row with its value, and what can be done with it. */
export function FieldRow({ field, row, label = field.label, depth = 0 }: FieldRowProps) {
  return (
    <div className={classes.field}>
      <dt title={field.label} style={depth === 0 ? undefined : { paddingLeft: depth * 14 }}>
        {label}
      </dt>
      <dd>
        <Value field={field} row={row} />
        <span className={classes.valueActions}>
          {field.field !== null && <FilterActions name={field.field} value={field.value} />}
          <CopyButton text={field.value} label={`Copy ${field.label}`} />
          {field.field !== null && <FieldMenu name={field.field} />}
        </span>
      </dd>
    </div>
  );
}

function Value({ field, row }: { field: DetailField; row: LogRow }) {
  const showTrace = useTraceRows(row);
  const [isPretty, setPretty] = useState(false);
  if (field.field === 'trace_id') {
    return (
      <button type="button" className={classes.link} title="Show all rows of this trace" onClick={showTrace}>
        {field.value}
      </button>
    );
  }
  const pretty = prettyJson(field.value);
  const { segments } = layOut(isPretty ? (pretty ?? field.value) : field.value, {
    field: '',
    highlights: [],
    limit: VALUE_LIMIT,
    firstLineOnly: false,
  });
  return (
    <span className={classes.value}>
      <SegmentsView segments={segments} />
      {pretty !== null && (
        <button
          type="button"
          className={classes.pretty}
          aria-pressed={isPretty}
          onClick={() => setPretty(!isPretty)}
        >
          {isPretty ? 'as it came' : 'indent'}
        </button>
      )}
    </span>
  );
}

function FilterActions({ name, value }: { name: string; value: string }) {
  const { search, editQuery, setColumns } = useExplore();
  const isColumn = search.columns.includes(canonicalField(name));
  return (
    <>
      <Action
        text={`Only rows with this ${name}`}
        onClick={() => editQuery((query) => toggleInclude(query, name, value))}
      >
        <IconEqual size={13} aria-hidden />
      </Action>
      <Action
        text={`Leave out this ${name}`}
        onClick={() => editQuery((query) => toggleExclude(query, name, value))}
      >
        <IconEqualNot size={13} aria-hidden />
      </Action>
      <Action
        text={isColumn ? `Remove the column ${name}` : `Add ${name} as a column`}
        onClick={() => setColumns(toggleColumn(search.columns, name))}
      >
        {isColumn ? (
          <IconColumnRemove size={13} aria-hidden />
        ) : (
          <IconColumnInsertRight size={13} aria-hidden />
        )}
      </Action>
    </>
  );
}

function Action({ text, onClick, children }: { text: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={text}>
      <ActionIcon size={24} aria-label={text} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
