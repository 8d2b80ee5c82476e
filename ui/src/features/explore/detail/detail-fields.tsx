import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconChevronDown,
  IconChevronRight,
  IconColumnInsertRight,
  IconColumnRemove,
  IconEqual,
  IconEqualNot,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { LogRow } from '@/api/types';
import { CopyButton } from '@/components/copy-button';
import { fieldTerm, toggleExclude, toggleInclude } from '@/lib/query-language/filters';
import { canonicalField } from '@/lib/query-language/syntax';
import type { DetailField, DetailGroup } from '@/components/log/record';
import { useExplore } from '../state/explore-context';
import { useStored } from '../state/stored';
import { toggleColumn } from '@/components/log/columns';
import { layOut } from '@/components/log/log-text';
import { SegmentsView } from '@/components/log/log-text-view';
import { absoluteRange } from '@/lib/time-range/range';
import classes from './detail.module.css';

const VALUE_LIMIT = 10_000;
const TRACE_REACH_MS = 3_600_000;

/** A group of fields, which opens and closes and stays as it was left. */
export function DetailFields({ group, row }: { group: DetailGroup; row: LogRow }) {
  const [isOpen, setOpen] = useStored(`detail.${group.name}`, true);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <section className={classes.group} aria-label={group.name}>
      <h3 className={classes.groupTitle}>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Chevron size={12} aria-hidden />
          {group.name}
          <span className={classes.groupCount}>{group.fields.length}</span>
        </button>
      </h3>
      {isOpen && (
        <dl className={classes.fields}>
          {group.fields.map((field) => (
            <FieldRow key={field.label} field={field} row={row} />
          ))}
        </dl>
      )}
    </section>
  );
}

function FieldRow({ field, row }: { field: DetailField; row: LogRow }) {
  return (
    <div className={classes.field}>
      <dt title={field.label}>{field.label}</dt>
      <dd>
        <Value field={field} row={row} />
        <span className={classes.valueActions}>
          {field.field !== null && <FilterActions name={field.field} value={field.value} />}
          <CopyButton text={field.value} label={`Copy ${field.label}`} />
        </span>
      </dd>
    </div>
  );
}

function Value({ field, row }: { field: DetailField; row: LogRow }) {
  const { setQueryAndRange } = useExplore();
  if (field.field === 'trace_id') {
    const middle = Date.parse(row.Timestamp);
    return (
      <button
        type="button"
        className={classes.link}
        title="Show all rows of this trace"
        onClick={() =>
          setQueryAndRange(
            fieldTerm('trace_id', field.value),
            absoluteRange(middle - TRACE_REACH_MS, middle + TRACE_REACH_MS),
          )
        }
      >
        {field.value}
      </button>
    );
  }
  const { segments } = layOut(field.value, {
    field: '',
    highlights: [],
    limit: VALUE_LIMIT,
    firstLineOnly: false,
  });
  return (
    <span className={classes.value}>
      <SegmentsView segments={segments} />
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
