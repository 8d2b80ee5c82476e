import type { NamedScalar, Pipe, Scalar, SortKey } from '@/api/query-tree';
import type { SourceOf } from './conditions';
import { identified } from './ids';
import {
  AGGREGATES,
  COMPARISONS,
  needsField,
  type Aggregate,
  type Comparison,
  type GroupKey,
  type SortField,
  type Step,
} from './steps';

/** A pipe of the tree as a step; `sourceOf` tells what is kept as it is written. */
export function stepOf(pipe: Pipe, sourceOf: SourceOf): Step {
  return readStep(pipe) ?? identified({ kind: 'kept' as const, pipe, source: sourceOf(pipe) });
}

function readStep(pipe: Pipe): Step | null {
  switch (pipe.kind) {
    case 'stats': {
      const aggregates = all(pipe.of.aggregates, readAggregate);
      const by = all(pipe.of.by, readKey);
      return aggregates === null || by === null
        ? null
        : identified({ kind: 'stats' as const, aggregates, by });
    }
    case 'timechart': {
      const { span, by, limit } = pipe.of;
      const aggregates = all(pipe.of.aggregates, readAggregate);
      const field = by === null ? '' : plainField(by);
      if (aggregates === null || field === null) return null;
      return identified({ kind: 'timechart' as const, width: span ?? '', aggregates, by: field, limit });
    }
    case 'top': {
      const fields = all(pipe.of.fields, plainField);
      if (fields === null || pipe.of.by.length > 0) return null;
      return identified({ kind: 'top' as const, limit: pipe.of.limit, fields });
    }
    case 'where': {
      const comparisons = readComparisons(pipe.of);
      return comparisons === null ? null : identified({ kind: 'where' as const, comparisons });
    }
    case 'sort': {
      const keys = all(pipe.of, readSortKey);
      return keys === null ? null : identified({ kind: 'sort' as const, keys });
    }
    case 'limit':
      return identified({ kind: 'limit' as const, ...pipe.of });
    default:
      return null;
  }
}

/** Every item read, or nothing: half of a step would be a loss. */
function all<T, R>(items: readonly T[], read: (item: T) => R | null): R[] | null {
  const found = items.flatMap((item) => read(item) ?? []);
  return found.length === items.length ? found : null;
}

function plainField({ expression, as }: NamedScalar): string | null {
  return expression.kind === 'field' && as == null ? expression.of : null;
}

function readAggregate({ expression, as }: NamedScalar): Aggregate | null {
  if (expression.kind !== 'call') return null;
  const { name, arguments: given } = expression.of;
  const [first] = given;
  if (given.length > 1 || (first !== undefined && first.kind !== 'field')) return null;
  const field = first === undefined ? '' : first.of;
  const lower = name.toLowerCase();
  const percent = /^p(\d+(?:\.\d+)?)$/.exec(lower)?.[1];
  const known = AGGREGATES.find((one) => one === lower && one !== 'percentile');
  if (percent === undefined && known === undefined) return null;
  const found = known ?? 'percentile';
  if (field === '' && needsField(found)) return null;
  return identified({ name: found, percent: percent ?? '95', field, as: as ?? '' });
}

function readKey({ expression, as }: NamedScalar): GroupKey | null {
  if (expression.kind === 'field')
    return identified({ kind: 'field' as const, field: expression.of, as: as ?? '' });
  if (expression.kind !== 'call' || expression.of.name !== 'bucket') return null;
  const [time, width] = expression.of.arguments;
  if (time?.kind !== 'field' || time.of !== 'time') return null;
  if (width !== undefined && width.kind !== 'number') return null;
  return identified({ kind: 'bucket' as const, width: width?.of ?? '', as: as ?? '' });
}

function readSortKey({ expression, descending }: SortKey): SortField | null {
  const field = expression.kind === 'field' ? expression.of : null;
  return field === null ? null : identified({ field, isDescending: descending });
}

function readComparisons(scalar: Scalar): Comparison[] | null {
  if (scalar.kind !== 'binary') return null;
  const { operator, left, right } = scalar.of;
  if (operator === 'and') {
    const before = readComparisons(left);
    const behind = readComparisons(right);
    return before === null || behind === null ? null : [...before, ...behind];
  }
  const isComparison = COMPARISONS.some((one) => one === operator);
  if (!isComparison || left.kind !== 'field' || (right.kind !== 'number' && right.kind !== 'text'))
    return null;
  // A text that looks like a number would come back as one.
  if (right.kind === 'text' && isNumber(right.of)) return null;
  return [identified({ field: left.of, operator, value: right.of })];
}

const isNumber = (text: string): boolean => /^-?\d+(?:\.\d+)?(?:[a-zA-Zµ]{1,3}|%)?$/.test(text);

/** The pipe of a step, or `null` where it says nothing yet. */
export function pipeOf(step: Step): Pipe | null {
  switch (step.kind) {
    case 'kept':
      return step.pipe;
    case 'stats': {
      const aggregates = step.aggregates.flatMap(writeAggregate);
      const by = step.by.flatMap(writeKey);
      return aggregates.length === 0 ? null : { kind: 'stats', of: { aggregates, by } };
    }
    case 'timechart': {
      const aggregates = step.aggregates.flatMap(writeAggregate);
      if (aggregates.length === 0) return null;
      const by = step.by === '' ? null : { expression: fieldOf(step.by) };
      const span = step.width === '' ? null : step.width;
      return { kind: 'timechart', of: { span, aggregates, by, limit: step.limit } };
    }
    case 'top': {
      const fields = step.fields
        .filter((field) => field !== '')
        .map((field) => ({ expression: fieldOf(field) }));
      return fields.length === 0 ? null : { kind: 'top', of: { limit: step.limit, fields, by: [] } };
    }
    case 'where': {
      const tests = step.comparisons.flatMap(writeComparison);
      const [first, ...rest] = tests;
      if (first === undefined) return null;
      const joined = rest.reduce<Scalar>(
        (left, right) => ({ kind: 'binary', of: { operator: 'and', left, right } }),
        first,
      );
      return { kind: 'where', of: joined };
    }
    case 'sort': {
      const keys = step.keys.filter(({ field }) => field !== '');
      if (keys.length === 0) return null;
      return {
        kind: 'sort',
        of: keys.map(({ field, isDescending }) => ({ expression: fieldOf(field), descending: isDescending })),
      };
    }
    case 'limit':
      return { kind: 'limit', of: { rows: step.rows, offset: step.offset } };
  }
}

function fieldOf(name: string): Scalar {
  return { kind: 'field', of: name };
}

function writeAggregate({ name, percent, field, as }: Aggregate): NamedScalar[] {
  if (field === '' && needsField(name)) return [];
  const call = name === 'percentile' ? `p${percent}` : name;
  const given = field === '' ? [] : [fieldOf(field)];
  return [{ expression: { kind: 'call', of: { name: call, arguments: given } }, ...named(as) }];
}

function writeKey(key: GroupKey): NamedScalar[] {
  if (key.kind === 'field') {
    return key.field === '' ? [] : [{ expression: fieldOf(key.field), ...named(key.as) }];
  }
  const width: Scalar[] = key.width === '' ? [] : [{ kind: 'number', of: key.width }];
  const given = [fieldOf('time'), ...width];
  return [{ expression: { kind: 'call', of: { name: 'bucket', arguments: given } }, ...named(key.as) }];
}

function named(as: string): { as?: string } {
  return as === '' ? {} : { as };
}

function writeComparison({ field, operator, value }: Comparison): Scalar[] {
  if (field === '' || value === '') return [];
  const right: Scalar = isNumber(value) ? { kind: 'number', of: value } : { kind: 'text', of: value };
  return [{ kind: 'binary', of: { operator, left: fieldOf(field), right } }];
}
