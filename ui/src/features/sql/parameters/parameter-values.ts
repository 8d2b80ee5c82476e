import type { SqlValue } from '@/api/sql';
import { parametersOf, type SqlParameter } from '@/components/sql-editor/sql-text';

export type ParameterKind = 'integer' | 'number' | 'boolean' | 'time' | 'date' | 'json' | 'text';

/** Filled by the server from the time range, unless they are of another type. */
export function isRangeEnd({ name, type }: SqlParameter): boolean {
  return (name === 'from' || name === 'to') && /^(?:Nullable\()?(?:Date|String)/.test(type);
}

/** Which kind of input a type of ClickHouse wants. */
export function parameterKind(type: string): ParameterKind {
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/.exec(type)?.[1] ?? type;
  if (/^U?Int\d+$/.test(inner)) return 'integer';
  if (/^(?:Float|BFloat|Decimal)/.test(inner)) return 'number';
  if (inner === 'Bool') return 'boolean';
  if (inner.startsWith('DateTime')) return 'time';
  if (/^Date(?:32)?$/.test(inner)) return 'date';
  return /^(?:Array|Map|Tuple|JSON)/.test(inner) ? 'json' : 'text';
}

/** What is wrong with a value, or `null`. An empty text is a value of texts alone. */
export function problemOf({ type }: SqlParameter, text: string): string | null {
  const kind = parameterKind(type);
  if (kind === 'text') return null;
  if (text.trim() === '') return type.startsWith('Nullable(') ? null : 'A value is missing';
  switch (kind) {
    case 'integer':
      return /^[+-]?\d+$/.test(text.trim()) ? null : 'Write a whole number';
    case 'number':
      return Number.isFinite(Number(text)) ? null : 'Write a number';
    case 'boolean':
      return /^(?:true|false|0|1)$/i.test(text.trim()) ? null : 'Write true or false';
    case 'time':
      return Number.isNaN(Date.parse(text.trim().replace(' ', 'T')))
        ? 'Write a time such as 2026-11-20 08:15'
        : null;
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text.trim()) ? null : 'Write a date such as 2026-11-20';
    case 'json':
      return jsonOf(text) === undefined ? 'Write JSON such as ["a", "b"]' : null;
  }
}

/** Values as the API wants them. */
export function valuesFor(
  parameters: readonly SqlParameter[],
  texts: Readonly<Record<string, string>>,
): Record<string, SqlValue> {
  return Object.fromEntries(
    parameters
      .filter((parameter) => !isRangeEnd(parameter))
      .map(({ name, type }): [string, SqlValue] => {
        const text = texts[name] ?? '';
        const kind = parameterKind(type);
        if (kind === 'text') return [name, text];
        if (text.trim() === '') return [name, null];
        if (kind === 'json') return [name, jsonOf(text) ?? null];
        if (kind === 'boolean') return [name, /^(?:true|1)$/i.test(text.trim())];
        return [name, text.trim()];
      }),
  );
}

/** Of the statement that would run: what it needs, and whether that is there. */
export function parametersIn(
  sql: string,
  texts: Readonly<Record<string, string>>,
): { asked: SqlParameter[]; hasRange: boolean; isComplete: boolean; values: Record<string, SqlValue> } {
  const all = parametersOf(sql);
  const asked = all.filter((parameter) => !isRangeEnd(parameter));
  return {
    asked,
    hasRange: asked.length < all.length,
    isComplete: asked.every((parameter) => problemOf(parameter, texts[parameter.name] ?? '') === null),
    values: valuesFor(all, texts),
  };
}

function jsonOf(text: string): SqlValue | undefined {
  try {
    return JSON.parse(text) as SqlValue;
  } catch {
    return undefined;
  }
}

/** A value of a link as the text of an input. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
