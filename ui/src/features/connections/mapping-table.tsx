import { MultiSelect, Select, TextInput } from '@mantine/core';
import { SINGLE_FIELDS, type Mapping, type SingleField, type TableColumn } from '@/api/sources';
import classes from './connections.module.css';
import { canBeTime, columnOf, hasEntries, isNumber, withField, withList, withPath } from './mapping-edit';

interface MappingTableProps {
  mapping: Mapping;
  columns: TableColumn[];
  onChange: (mapping: Mapping) => void;
}

const LISTS = [
  ['attributes', 'attributes, from maps and JSON'],
  ['resource', 'resource attributes, from maps and JSON'],
  ['columns', 'attributes, a column each'],
] as const;

const UNITS = ['seconds', 'milliseconds', 'microseconds', 'nanoseconds'] as const;

/** Which column is what, a line a field. */
export function MappingTable({ mapping, columns, onChange }: MappingTableProps) {
  return (
    <table className={classes.mapping}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Column</th>
          <th scope="col">Inside of it</th>
          <th scope="col" className={classes.wide}>
            Type
          </th>
        </tr>
      </thead>
      <tbody>
        {SINGLE_FIELDS.map((field) => (
          <FieldLine key={field} field={field} mapping={mapping} columns={columns} onChange={onChange} />
        ))}
        {LISTS.map(([list, title]) => (
          <tr key={list}>
            <th scope="row">{title}</th>
            <td colSpan={3}>
              <MultiSelect
                size="xs"
                aria-label={title}
                searchable
                comboboxProps={{ shadow: 'sm', transitionProps: { duration: 0 } }}
                data={columns
                  .filter(({ type }) => (list === 'columns' ? !/^(Map|JSON)/.test(type) : hasEntries(type)))
                  .map(({ name }) => name)}
                value={mapping[list].map(({ name }) => name)}
                onChange={(names) => onChange(withList(mapping, list, names, columns))}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface FieldLineProps extends MappingTableProps {
  field: SingleField;
}

function FieldLine({ field, mapping, columns, onChange }: FieldLineProps) {
  const column = mapping[field];
  const usable = columns.filter(({ type }) => field !== 'time' || canBeTime(type));
  return (
    <tr>
      <th scope="row">{field}</th>
      <td>
        <Select
          aria-label={`Column of ${field}`}
          searchable
          clearable={field !== 'time'}
          placeholder="none"
          data={usable.map(({ name }) => name)}
          value={column?.name ?? null}
          onChange={(name) =>
            onChange(withField(mapping, field, name === null ? null : columnOf(columns, name)))
          }
        />
      </td>
      <td>
        {column !== null && hasEntries(column.type) && (
          <TextInput
            aria-label={`Inside of the column of ${field}`}
            placeholder="the column itself"
            value={column.path ?? ''}
            onChange={(event) =>
              onChange({ ...mapping, [field]: withPath(column, event.currentTarget.value) })
            }
          />
        )}
        {field === 'time' && column !== null && isNumber(column.type) && (
          <Select
            aria-label="What the time counts"
            data={[...UNITS]}
            value={column.unit ?? 'seconds'}
            onChange={(unit) => {
              const known = UNITS.find((name) => name === unit);
              if (known !== undefined) onChange({ ...mapping, time: { ...column, unit: known } });
            }}
          />
        )}
      </td>
      <td className={classes.type}>{column?.type ?? ''}</td>
    </tr>
  );
}
