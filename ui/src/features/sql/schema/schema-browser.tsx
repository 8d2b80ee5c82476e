import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconEye, IconKey, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { SchemaTable } from '@/api/sql';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton-rows';
import { useServerName } from '@/components/sources/known-sources';
import { identifier } from '@/components/sql-editor/sql-text';
import { formatBytes, formatCompact } from '@/lib/format/numbers';
import { useSchema } from './use-schema';
import classes from './schema-browser.module.css';

interface InsertProps {
  onInsert: (text: string) => void;
  /** Shows some rows of a table. */
  onSample: (table: string) => void;
}

interface SchemaBrowserProps extends InsertProps {
  /** Whose tables; `null` is this server. */
  source: string | null;
}

/** Tables and their columns; a click writes the name at the cursor. */
export function SchemaBrowser({ source, onInsert, onSample }: SchemaBrowserProps) {
  const schema = useSchema(source);
  const server = useServerName(source);
  const [search, setSearch] = useState('');
  if (schema.isError) {
    return (
      <ErrorState
        title={`The tables ${source === null ? '' : `of ${server} `}could not be listed`}
        error={schema.error}
        onRetry={() => void schema.refetch()}
      />
    );
  }
  if (schema.data === undefined) return <SkeletonRows count={12} />;
  const { default_database: ours, databases } = schema.data;
  const tableCount = databases.reduce((sum, { tables }) => sum + tables.length, 0);
  if (tableCount === 0) {
    return <EmptyState title={`${server} shows no tables`}>Its user may read none.</EmptyState>;
  }
  const wanted = search.trim().toLowerCase();
  return (
    <div className={classes.browser}>
      <TextInput
        className={classes.search}
        aria-label="Find a table or column"
        placeholder="Find a table or column"
        leftSection={<IconSearch size={13} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <div className={classes.tree}>
        {databases.map(({ name, tables }) => {
          const shown = tables.filter((table) => fits(table, wanted));
          if (shown.length === 0) return null;
          const prefix = name === ours ? '' : `${identifier(name)}.`;
          return (
            <section key={name} aria-label={`Database ${name}`}>
              <h3 className={classes.database}>{name}</h3>
              <ul className={classes.list}>
                {shown.map((table) => (
                  <TableEntry
                    key={`${table.name} ${wanted}`}
                    table={table}
                    fullName={prefix + identifier(table.name)}
                    wanted={wanted}
                    startsOpen={wanted !== '' || table.name === 'otel_logs' || tableCount === 1}
                    onInsert={onInsert}
                    onSample={onSample}
                  />
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </div>
  );
}

function fits(table: SchemaTable, wanted: string): boolean {
  if (wanted === '') return true;
  return (
    table.name.toLowerCase().includes(wanted) ||
    table.columns.some(({ name }) => name.toLowerCase().includes(wanted))
  );
}

interface TableEntryProps extends InsertProps {
  table: SchemaTable;
  fullName: string;
  wanted: string;
  startsOpen: boolean;
}

function TableEntry({ table, fullName, wanted, startsOpen, onInsert, onSample }: TableEntryProps) {
  const [isOpen, setIsOpen] = useState(startsOpen);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  const ofName = table.name.toLowerCase().includes(wanted);
  const columns = table.columns.filter(({ name }) => ofName || name.toLowerCase().includes(wanted));
  const size = [
    table.rows == null ? null : `${formatCompact(table.rows)} rows`,
    table.bytes == null ? null : formatBytes(table.bytes),
  ].filter((text) => text !== null);
  return (
    <li>
      <div className={classes.table}>
        <ActionIcon
          size={24}
          aria-label={`Columns of ${table.name}`}
          title={`Columns of ${table.name}`}
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          <Chevron size={13} aria-hidden />
        </ActionIcon>
        <button
          type="button"
          className={classes.name}
          title={[table.name, table.engine, ...size, table.comment].filter(Boolean).join('\n')}
          onClick={() => onInsert(fullName)}
        >
          {table.name}
        </button>
        <span className={classes.size}>{size[0]}</span>
        <Tooltip label="Show some rows">
          <ActionIcon size={24} aria-label={`Rows of ${table.name}`} onClick={() => onSample(fullName)}>
            <IconEye size={13} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      {isOpen && (
        <ul className={classes.columns}>
          {columns.map((column) => (
            <li key={column.name}>
              <button
                type="button"
                className={classes.column}
                title={[column.name, column.type, column.comment].filter(Boolean).join('\n')}
                onClick={() => onInsert(identifier(column.name))}
              >
                <span className={classes.columnName}>{column.name}</span>
                {column.is_in_sorting_key && <IconKey size={11} aria-label="part of the key" />}
                <span className={classes.type}>{column.type}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
