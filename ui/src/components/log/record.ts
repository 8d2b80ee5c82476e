import { LEVELS, type Level, type LogRow } from '@/api/types';
import { levelOfNumber } from '@/lib/severity';
import { canonicalField } from '@/lib/query-language/syntax';

/** Levels, the gravest first. */
export const GRAVEST_FIRST: readonly Level[] = LEVELS.toReversed();

/** Null for a name that is no level, as a value of the field may be. */
export function levelNamed(name: string): Level | null {
  return LEVELS.find((level) => level === name.toLowerCase()) ?? null;
}

/** The value a field of the search language has in a record; undefined where the record lacks it. */
export function fieldValue(record: LogRow, field: string): string | undefined {
  switch (canonicalField(field)) {
    case 'time':
      return record.Timestamp;
    case 'level':
      return levelOfNumber(record.SeverityNumber);
    case 'service':
      return record.ServiceName || undefined;
    case 'message':
      return record.Body;
    case 'trace_id':
      return record.TraceId || undefined;
    case 'span_id':
      return record.SpanId || undefined;
    case 'host':
      return record.ResourceAttributes['host.name'];
    default:
      return attributeValue(record, field);
  }
}

function attributeValue(record: LogRow, field: string): string | undefined {
  if (field.startsWith('resource.')) {
    const value = record.ResourceAttributes[field.slice('resource.'.length)];
    if (value !== undefined) return value;
  }
  if (field.startsWith('attr.')) {
    const value = record.LogAttributes[field.slice('attr.'.length)];
    if (value !== undefined) return value;
  }
  return record.LogAttributes[field] ?? record.ResourceAttributes[field] ?? record.ScopeAttributes[field];
}

export interface DetailField {
  /** What one sees, for example `http.status`. */
  label: string;
  /** What one writes in the search language; null where the language has no name for it. */
  field: string | null;
  value: string;
}

export interface DetailGroup {
  name: 'Record' | 'Attributes' | 'Resource' | 'Scope';
  fields: DetailField[];
}

/** Everything of a record but its message, grouped as OpenTelemetry groups it; empty values are left out. */
export function detailGroups(record: LogRow): DetailGroup[] {
  const entries = (map: Record<string, string>, nameOf: (key: string) => string | null) =>
    Object.entries(map)
      .sort(([left], [right]) => left.localeCompare(right, 'en', { numeric: true }))
      .map(([key, value]) => ({ label: key, field: nameOf(key), value }));
  const own: DetailField[] = [
    { label: 'time', field: null, value: record.Timestamp },
    { label: 'level', field: 'level', value: levelOfNumber(record.SeverityNumber) },
    { label: 'severity text', field: null, value: severityText(record) },
    { label: 'service', field: 'service', value: record.ServiceName },
    { label: 'trace_id', field: 'trace_id', value: record.TraceId },
    { label: 'span_id', field: 'span_id', value: record.SpanId },
    { label: 'trace flags', field: null, value: record.TraceFlags ? String(record.TraceFlags) : '' },
    { label: 'event name', field: null, value: record.EventName },
  ];
  const scope: DetailField[] = [
    { label: 'name', field: null, value: record.ScopeName },
    { label: 'version', field: null, value: record.ScopeVersion },
    ...entries(record.ScopeAttributes, () => null),
  ];
  const groups: DetailGroup[] = [
    { name: 'Record', fields: own },
    {
      name: 'Attributes',
      fields: entries(record.LogAttributes, (key) => (isShadowed(key) ? `attr.${key}` : key)),
    },
    {
      name: 'Resource',
      fields: entries(record.ResourceAttributes, (key) =>
        key === 'host.name'
          ? 'host'
          : key in record.LogAttributes || isShadowed(key)
            ? `resource.${key}`
            : key,
      ),
    },
    { name: 'Scope', fields: scope },
  ];
  return groups
    .map((group) => ({ ...group, fields: group.fields.filter((field) => field.value !== '') }))
    .filter((group) => group.fields.length > 0);
}

/** The level as the program wrote it, where it says more than the level's name. */
function severityText(record: LogRow): string {
  const written = record.SeverityText;
  return written.toLowerCase() === levelOfNumber(record.SeverityNumber) ? '' : written;
}

/** Whether an attribute has the name of a column, which the short name would mean. */
function isShadowed(key: string): boolean {
  return /^(?:time|level|severity|service|message|body|trace_id|span_id|host|resource\..*|attr\..*)$/i.test(
    key,
  );
}

/** The record as JSON for the clipboard, without what is empty. */
export function recordJson(record: LogRow): string {
  const filled = Object.entries(record).filter(
    ([, value]) =>
      value !== '' &&
      value !== 0 &&
      !(typeof value === 'object' && Object.keys(value as object).length === 0),
  );
  return JSON.stringify(Object.fromEntries(filled), null, 2);
}

/** The message pretty-printed when it is a JSON object or array, else null. */
export function prettyJson(text: string): string | null {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed) || trimmed.length > 1_000_000) return null;
  try {
    return JSON.stringify(JSON.parse(trimmed), null, 2);
  } catch {
    return null;
  }
}
