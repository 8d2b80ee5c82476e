import type { Pipe } from '@/api/query-tree';
import { identified, type Id } from './ids';

/** A step that rows go through. What the builder has no inputs for is `kept` as it was read. */
export type Step = StatsStep | TimechartStep | TopStep | WhereStep | SortStep | LimitStep | KeptStep;

export interface Aggregate {
  id: Id;
  name: AggregateName;
  /** Percentile, from 0 to 100; for `percentile` alone. */
  percent: string;
  /** Empty where the aggregate needs none. */
  field: string;
  as: string;
}

export type GroupKey =
  | { id: Id; kind: 'field'; field: string; as: string }
  /** `bucket(time, 5m)`; an empty width fits the time range. */
  | { id: Id; kind: 'bucket'; width: string; as: string };

export interface StatsStep {
  id: Id;
  kind: 'stats';
  aggregates: Aggregate[];
  by: GroupKey[];
}

export interface TimechartStep {
  id: Id;
  kind: 'timechart';
  width: string;
  aggregates: Aggregate[];
  by: string;
  limit: number;
}

export interface TopStep {
  id: Id;
  kind: 'top';
  limit: number;
  fields: string[];
}

export interface Comparison {
  id: Id;
  field: string;
  operator: string;
  value: string;
}

/** All of the comparisons hold. After aggregates it is what SQL calls HAVING. */
export interface WhereStep {
  id: Id;
  kind: 'where';
  comparisons: Comparison[];
}

export interface SortField {
  id: Id;
  field: string;
  isDescending: boolean;
}

export interface SortStep {
  id: Id;
  kind: 'sort';
  keys: SortField[];
}

export interface LimitStep {
  id: Id;
  kind: 'limit';
  rows: number;
  offset: number;
}

export interface KeptStep {
  id: Id;
  kind: 'kept';
  pipe: Pipe;
  source: string;
}

export const AGGREGATES = [
  'count',
  'uniq_exact',
  'uniq',
  'sum',
  'avg',
  'min',
  'max',
  'median',
  'percentile',
  'rate',
] as const;
export type AggregateName = (typeof AGGREGATES)[number];

export const AGGREGATE_TITLES: Record<AggregateName, string> = {
  count: 'Count',
  uniq_exact: 'Count distinct',
  uniq: 'Count distinct, about',
  sum: 'Sum',
  avg: 'Average',
  min: 'Least',
  max: 'Greatest',
  median: 'Median',
  percentile: 'Percentile',
  rate: 'Rate per second',
};

/** Whether an aggregate can do without a field. */
export function needsField(name: AggregateName): boolean {
  return name !== 'count' && name !== 'rate';
}

export const COMPARISONS = ['=', '!=', '>', '>=', '<', '<='] as const;

export function newAggregate(name: AggregateName = 'count'): Aggregate {
  return identified({ name, percent: '95', field: '', as: '' });
}

export function newStep(kind: Exclude<Step['kind'], 'kept'>): Step {
  switch (kind) {
    case 'stats':
      return identified({ kind: 'stats' as const, aggregates: [newAggregate()], by: [] });
    case 'timechart':
      return identified({
        kind: 'timechart' as const,
        width: '',
        aggregates: [newAggregate()],
        by: '',
        limit: 10,
      });
    case 'top':
      return identified({ kind: 'top' as const, limit: 10, fields: ['service'] });
    case 'where':
      return identified({
        kind: 'where' as const,
        comparisons: [identified({ field: '', operator: '>', value: '' })],
      });
    case 'sort':
      return identified({ kind: 'sort' as const, keys: [identified({ field: '', isDescending: true })] });
    case 'limit':
      return identified({ kind: 'limit' as const, rows: 100, offset: 0 });
  }
}

/** Names of the columns that the steps before give, for sorting and comparing; `null` where they are the record's own. */
export function columnsBefore(steps: readonly Step[], place: number): string[] | null {
  const last = steps
    .slice(0, place)
    .findLast(({ kind }) => kind === 'stats' || kind === 'timechart' || kind === 'top');
  if (last === undefined) return null;
  if (last.kind === 'top') return [...last.fields, 'count'];
  if (last.kind === 'timechart') {
    return ['time', ...(last.by === '' ? [] : [last.by]), ...last.aggregates.map(columnOf)];
  }
  if (last.kind !== 'stats') return null;
  const keys = last.by.map((key) => {
    if (key.as !== '') return key.as;
    return key.kind === 'field' ? key.field : 'time';
  });
  return [...keys, ...last.aggregates.map(columnOf)];
}

function columnOf({ name, percent, field, as }: Aggregate): string {
  if (as !== '') return as;
  return `${name === 'percentile' ? `p${percent}` : name}(${field})`;
}
