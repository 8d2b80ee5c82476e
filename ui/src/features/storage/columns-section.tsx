import { ActionIcon, Autocomplete, Button, Select, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState, type SyntheticEvent } from 'react';
import type {
  AttributeColumn,
  AttributeColumnSuggestion,
  AttributeColumnType,
} from '@/api/attribute-columns';
import { ErrorState } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatBytes, formatCount, formatDuration } from '@/lib/format/numbers';
import { Section } from './section';
import classes from './storage.module.css';
import { useAddColumn, useAttributes, useColumns, useRemoveColumn } from './use-columns';

const TYPES: { value: AttributeColumnType; label: string }[] = [
  { value: 'number', label: 'Number' },
  { value: 'text', label: 'Text' },
];

/** Attributes that are read by themselves, without the others of their records. */
export function ColumnsSection() {
  const columns = useColumns();
  const remove = useRemoveColumn();
  return (
    <Section
      title="Columns of attributes"
      note="Computing with an attribute, comparing it by size or grouping by it reads all attributes of every record. One that has a column of its own is read alone: often ten times faster, for a few per cent more on disk."
    >
      {columns.data === undefined && columns.isError && (
        <ErrorState
          title="The columns could not be read"
          error={columns.error}
          onRetry={() => void columns.refetch()}
        />
      )}
      {columns.data === undefined && !columns.isError && <SkeletonRows count={2} />}
      {columns.data !== undefined && columns.data.columns.length > 0 && (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Attribute</th>
              <th scope="col">Read as</th>
              <th scope="col" className={classes.number}>
                On disk
              </th>
              <th scope="col">
                <span className={classes.hidden}>Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {columns.data.columns.map((column) => (
              <tr key={column.name}>
                <th scope="row" className={classes.name} title={`Column ${column.name}`}>
                  {column.attribute}
                </th>
                <td title={column.clickhouse_type}>{column.type === 'number' ? 'Number' : 'Text'}</td>
                <td className={classes.number}>{sizeOf(column)}</td>
                <td className={classes.action}>
                  <Tooltip label="Remove this column; the attribute stays">
                    <ActionIcon
                      size="sm"
                      aria-label={`Remove the column of ${column.attribute}`}
                      disabled={remove.isPending}
                      onClick={() => remove.mutate(column)}
                    >
                      <IconTrash size={14} aria-hidden />
                    </ActionIcon>
                  </Tooltip>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {columns.data?.columns.length === 0 && (
        <p className={classes.nothing}>No attribute has a column of its own.</p>
      )}
      {columns.data !== undefined && <Suggestions suggestions={columns.data.suggestions} />}
      {columns.data !== undefined && <NewColumn />}
    </Section>
  );
}

/** What is asked often, each with the button that makes it cheap. */
function Suggestions({ suggestions }: { suggestions: AttributeColumnSuggestion[] }) {
  const add = useAddColumn();
  if (suggestions.length === 0) return null;
  return (
    <div className={classes.suggestions}>
      <h3 className={classes.subheading}>Asked often in the last 30 days</h3>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Attribute</th>
            <th scope="col">Read as</th>
            <th scope="col" className={`${classes.number} ${classes.wide}`}>
              Queries
            </th>
            <th scope="col" className={classes.number}>
              They took
            </th>
            <th scope="col" className={`${classes.number} ${classes.wide}`}>
              Records that have it
            </th>
            <th scope="col">
              <span className={classes.hidden}>Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {suggestions.map(({ attribute, type, queries, seconds, share }) => (
            <tr key={`${attribute} ${type}`}>
              <th scope="row" className={classes.name} title={attribute}>
                {attribute}
              </th>
              <td>{type === 'number' ? 'Number' : 'Text'}</td>
              <td className={`${classes.number} ${classes.wide}`}>{formatCount(queries)}</td>
              <td className={classes.number}>{formatDuration(seconds * 1000)}</td>
              <td className={`${classes.number} ${classes.wide}`}>{percentOf(share)}</td>
              <td className={classes.action}>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Add a column for ${attribute}`}
                  disabled={add.isPending}
                  onClick={() => add.mutate({ attribute, type })}
                >
                  Add column
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function percentOf(share: number): string {
  if (share < 0.01) return 'few';
  return `${String(Math.round(share * 100))}\u00a0%`;
}

function sizeOf({ parts_left: left, disk_bytes: bytes }: AttributeColumn): string {
  if (left > 0) return `Being written, ${formatCount(left)} parts left`;
  // Small parts don't say what a column takes.
  return bytes === 0 ? 'little' : formatBytes(bytes);
}

function NewColumn() {
  const attributes = useAttributes().data ?? [];
  const add = useAddColumn();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<AttributeColumnType | null>(null);
  const known = attributes.find((one) => one.attribute === name || one.name === name);
  const type = chosen ?? (known?.type === 'number' ? 'number' : 'text');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    const attribute = known?.attribute ?? name.trim();
    add.mutate(
      { attribute, type },
      {
        onSuccess: () => {
          setName('');
          setChosen(null);
        },
      },
    );
  };
  return (
    <form className={classes.newColumn} onSubmit={submit}>
      <Autocomplete
        size="xs"
        aria-label="Attribute"
        placeholder="attr.duration_ms"
        data={[...new Set(attributes.map(({ attribute }) => attribute))]}
        limit={30}
        value={name}
        onChange={setName}
      />
      <Select
        size="xs"
        aria-label="Read as"
        data={TYPES}
        allowDeselect={false}
        value={type}
        onChange={(value) => setChosen(value === 'number' ? 'number' : 'text')}
      />
      <Button type="submit" size="xs" variant="default" disabled={name.trim() === ''} loading={add.isPending}>
        Add column
      </Button>
    </form>
  );
}
