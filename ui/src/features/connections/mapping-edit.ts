import type { MappedColumn, Mapping, SingleField, TableColumn } from '@/api/sources';

/** A column that holds entries can give one of them under a name. */
export function hasEntries(type: string): boolean {
  return /^(Nullable\(|LowCardinality\()*(Map|JSON|String)\b/.test(type);
}

export function isNumber(type: string): boolean {
  return /^(Nullable\(|LowCardinality\()*U?Int\d+/.test(type);
}

/** A column can be the time unless it holds others. */
export function canBeTime(type: string): boolean {
  return /^(Nullable\(|LowCardinality\()*(DateTime|Date|U?Int|String|FixedString)/.test(type);
}

export function columnOf(columns: TableColumn[], name: string): MappedColumn | null {
  const found = columns.find((column) => column.name === name);
  return found === undefined ? null : { name, type: found.type };
}

/** The mapping with another column for one field. What the column was before becomes an attribute again. */
export function withField(mapping: Mapping, field: SingleField, column: MappedColumn | null): Mapping {
  if (field === 'time') return column === null ? mapping : { ...mapping, time: column };
  const before = mapping[field];
  const columns = mapping.columns.filter(({ name }) => name !== column?.name);
  const freed =
    before !== null &&
    before.path === undefined &&
    before.name !== column?.name &&
    !columns.some(({ name }) => name === before.name);
  return { ...mapping, [field]: column, columns: freed ? [...columns, before] : columns };
}

export function withPath(column: MappedColumn, path: string): MappedColumn {
  const changed = { ...column, path };
  if (path === '') delete (changed as MappedColumn).path;
  return changed;
}

export function withList(
  mapping: Mapping,
  list: 'attributes' | 'resource' | 'columns',
  names: string[],
  columns: TableColumn[],
): Mapping {
  const known = mapping[list];
  const next = names.flatMap((name) => {
    const column = known.find((kept) => kept.name === name) ?? columnOf(columns, name);
    return column === null ? [] : [column];
  });
  return { ...mapping, [list]: next };
}
