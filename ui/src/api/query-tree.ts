import type { ApiClient } from './client';
import type { QueryRequest, TimeSpan } from './types';

/** The tree of the search language as `/api/v1/query/parse` gives it and `/api/v1/query/print` takes it. */

export interface TreeSpan {
  /** Offsets in characters. */
  start: number;
  end: number;
}

/** Where a node stands in the text; may be left out when a tree is printed. */
interface Placed {
  span?: TreeSpan;
}

export interface QueryTree {
  filter: Expression;
  pipes: Pipe[];
}

export type Expression = Placed &
  (
    | { kind: 'all' }
    | { kind: 'and'; of: Expression[] }
    | { kind: 'or'; of: Expression[] }
    | { kind: 'not'; of: Expression }
    | { kind: 'text'; of: TreeValue }
    | { kind: 'field'; of: FieldTest }
  );

export type TreeOperator = ':' | '=' | '!=' | '<' | '<=' | '>' | '>=';

export interface FieldTest {
  field: string;
  operator: TreeOperator;
  value: TreeValue;
  field_span?: TreeSpan;
  value_span?: TreeSpan;
}

export type TreeValue =
  /** `*` and `?` are wildcards, `\` takes the meaning from the next character. */
  | { kind: 'word'; of: string }
  | { kind: 'quoted'; of: string }
  | { kind: 'regex'; of: string }
  | { kind: 'range'; of: ValueRange }
  | { kind: 'list'; of: TreeValue[] }
  | { kind: 'any_case'; of: TreeValue }
  | { kind: 'exact_case'; of: TreeValue };

export interface ValueRange {
  /** `null` is an open end. */
  low: TreeValue | null;
  high: TreeValue | null;
  includes_low: boolean;
  includes_high: boolean;
}

export type Scalar = Placed &
  (
    | { kind: 'number'; of: string }
    | { kind: 'text'; of: string }
    | { kind: 'boolean'; of: boolean }
    | { kind: 'field'; of: string }
    | { kind: 'not'; of: Scalar }
    | { kind: 'negate'; of: Scalar }
    | { kind: 'binary'; of: { operator: string; left: Scalar; right: Scalar } }
    | { kind: 'in'; of: { value: Scalar; list: Scalar[] } }
    | { kind: 'call'; of: { name: string; arguments: Scalar[] } }
    | { kind: 'test'; of: FieldTest }
  );

export interface NamedScalar {
  expression: Scalar;
  as?: string | null;
}

export interface SortKey {
  expression: Scalar;
  descending: boolean;
}

export type Pipe = Placed &
  (
    | { kind: 'stats'; of: { aggregates: NamedScalar[]; by: NamedScalar[] } }
    | {
        kind: 'timechart';
        of: { span: string | null; aggregates: NamedScalar[]; by: NamedScalar | null; limit: number };
      }
    | { kind: 'top' | 'rare'; of: { limit: number; fields: NamedScalar[]; by: NamedScalar[] } }
    | { kind: 'sort'; of: SortKey[] }
    | { kind: 'limit'; of: { rows: number; offset: number } }
    | { kind: 'where'; of: Scalar }
    /** What the builder shows as it is written: `fields`, `eval`, `extract`, `join`, ... */
    | { kind: OtherPipe; of: unknown }
  );

export type OtherPipe =
  | 'fields'
  | 'without'
  | 'eval'
  | 'rename'
  | 'dedup'
  | 'sample'
  | 'extract'
  | 'join'
  | 'union'
  | 'context'
  | 'facets'
  | 'patterns'
  | 'compare';

/** What is wrong with a query, and where. */
export interface LanguageError {
  code: string;
  message: string;
  position: number;
  length: number;
  hint: string | null;
  expected?: string[];
}

/** A query as text, tree and SQL; where there are errors, only they are sure to be there. */
export interface LanguageAnswer {
  query: QueryTree | null;
  /** As it is printed. */
  text: string | null;
  sql: string | null;
  params: Record<string, unknown>;
  errors: LanguageError[];
}

export function parseQuery(
  api: ApiClient,
  body: QueryRequest,
  signal?: AbortSignal,
): Promise<LanguageAnswer> {
  return api.call({ method: 'POST', path: '/api/v1/query/parse', body, signal });
}

export function printQuery(
  api: ApiClient,
  body: { query: QueryTree } & TimeSpan,
  signal?: AbortSignal,
): Promise<LanguageAnswer> {
  return api.call({ method: 'POST', path: '/api/v1/query/print', body, signal });
}
