import { isoTime, rawText } from './cell-text';
import { cellKind, type CellKind, type ResultColumn, type ResultRow } from './result';

export interface Sort {
  column: string;
  isDescending: boolean;
}

/** Text to look for by column: a part of the value in any case; numbers and times also take `>5`, `<=3`, `=7`, `!=0`. */
export type Filters = Readonly<Record<string, string>>;

/** Which rows are shown, in which order; `null` is all of them as they came. */
export function orderOf(
  columns: readonly ResultColumn[],
  rows: readonly ResultRow[],
  count: number,
  sort: Sort | null,
  filters: Filters,
): Uint32Array | null {
  const tests = columns.flatMap(({ name, type }) => {
    const test = testOf(filters[name] ?? '', cellKind(type));
    return test === null ? [] : [{ name, test }];
  });
  const sorted = sort === null ? undefined : columns.find(({ name }) => name === sort.column);
  if (tests.length === 0 && sorted === undefined) return null;

  const indexes: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const row = rows[index];
    if (row !== undefined && tests.every(({ name, test }) => test(row[name]))) indexes.push(index);
  }
  if (sort !== null && sorted !== undefined) {
    sortIndexes(indexes, rows, sorted, sort.isDescending);
  }
  return Uint32Array.from(indexes);
}

/** Empty values stand last in both directions, and rows that are equal stay as they came. */
function sortIndexes(
  indexes: number[],
  rows: readonly ResultRow[],
  { name, type }: ResultColumn,
  isDescending: boolean,
): void {
  const kind = cellKind(type);
  const sign = isDescending ? -1 : 1;
  const keys = new Map(indexes.map((index) => [index, sortKey(rows[index]?.[name], kind)]));
  indexes.sort((left, right) => {
    const leftKey = keys.get(left) ?? null;
    const rightKey = keys.get(right) ?? null;
    if (leftKey === rightKey) return left - right;
    if (leftKey === null) return 1;
    if (rightKey === null) return -1;
    return (leftKey < rightKey ? -1 : 1) * sign;
  });
}

function sortKey(value: unknown, kind: CellKind): string | number | bigint | null {
  if (value === null || value === undefined) return null;
  if (kind === 'number') {
    const raw = rawText(value);
    // Beyond 2^53 neighbours would become equal as numbers.
    if (/^-?\d{16,}$/.test(raw)) return BigInt(raw);
    const number = Number(raw);
    return Number.isNaN(number) ? null : number;
  }
  return kind === 'time' ? isoTime(value) : rawText(value);
}

function testOf(filter: string, kind: CellKind): ((value: unknown) => boolean) | null {
  const text = filter.trim();
  if (text === '') return null;
  const comparison = /^(>=|<=|!=|>|<|=)\s*(.+)$/s.exec(text);
  if (comparison !== null && (kind === 'number' || comparison[1] === '=' || comparison[1] === '!=')) {
    return comparing(comparison[1] ?? '=', comparison[2] ?? '', kind);
  }
  if (comparison !== null && (kind === 'time' || kind === 'date')) {
    const wanted = comparison[2] ?? '';
    const operator = comparison[1] ?? '=';
    return (value) =>
      value != null && holds(operator, compareTexts(isoTime(value), wanted.replace(' ', 'T')));
  }
  const wanted = text.toLowerCase();
  return (value) => rawText(value).toLowerCase().includes(wanted);
}

function comparing(operator: string, wanted: string, kind: CellKind): (value: unknown) => boolean {
  const number = Number(wanted);
  if (kind === 'number' && !Number.isNaN(number)) {
    return (value) => value != null && holds(operator, Number(rawText(value)) - number);
  }
  return (value) => holds(operator, compareTexts(rawText(value), wanted));
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function holds(operator: string, difference: number): boolean {
  switch (operator) {
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '!=':
      return difference !== 0;
    default:
      return difference === 0;
  }
}
