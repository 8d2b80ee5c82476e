/** A column of an answer with ClickHouse's type, such as `Nullable(DateTime64(9))`. */
export interface ResultColumn {
  name: string;
  type: string;
}

export type ResultRow = Record<string, unknown>;

/** How values of a type look and compare. */
export type CellKind = 'number' | 'time' | 'date' | 'text' | 'nested';

/** The type without what wraps it: `LowCardinality(Nullable(String))` is `String`. */
export function plainType(type: string): string {
  const wrapped = /^(?:Nullable|LowCardinality|SimpleAggregateFunction\(\s*\w+\s*,)\s*\(?(.*)\)$/s.exec(
    type.trim(),
  );
  return wrapped === null ? type.trim() : plainType(wrapped[1] ?? '');
}

export function cellKind(type: string): CellKind {
  const plain = plainType(type);
  if (/^(?:U?Int\d+|Float\d+|BFloat16|Decimal)/.test(plain)) return 'number';
  if (plain.startsWith('DateTime')) return 'time';
  if (/^Date(?:32)?$/.test(plain)) return 'date';
  return /^(?:Map|Array|Tuple|Nested|JSON|Object|Variant|Dynamic)/.test(plain) ? 'nested' : 'text';
}

/** Digits after the second that a time of this type has. */
export function fractionDigits(type: string): number {
  const scale = /^DateTime64\((\d)/.exec(plainType(type))?.[1];
  return scale === undefined ? 0 : Number(scale);
}

/** Kinds of columns by name, worked out once for each answer. */
export function kindsOf(columns: readonly ResultColumn[]): Map<string, CellKind> {
  return new Map(columns.map(({ name, type }) => [name, cellKind(type)]));
}
