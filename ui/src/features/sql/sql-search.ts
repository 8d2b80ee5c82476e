import { LOCAL_SOURCE } from '@/api/sources';
import type { SqlLink } from '@/lib/sql-link';
import { valueText } from './parameters/parameter-values';
import type { NewTab } from './tabs/tabs';

/** Keeps what is ours of any URL; nothing in a URL is an error. */
export function validateSqlSearch(search: Record<string, unknown>): SqlLink {
  const link: SqlLink = {};
  for (const name of ['sql', 'title', 'params', 'from', 'to', 'src'] as const) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') link[name] = value;
    // The router reads what looks like a number as one; a source may be named so.
    else if (name === 'src' && typeof value === 'number') link.src = String(value);
    // The router reads `params` as JSON where it can.
    else if (name === 'params' && typeof value === 'object' && value !== null)
      link[name] = JSON.stringify(value);
  }
  return link;
}

/** The tab that a link asks for; `null` where it asks for none. */
export function tabOfLink({ sql, title, params, from, to, src }: SqlLink): NewTab | null {
  if (sql === undefined) return null;
  return {
    sql,
    ...(title === undefined ? {} : { title }),
    ...(from === undefined ? {} : { from, to: to ?? 'now' }),
    ...(src === undefined || src === LOCAL_SOURCE ? {} : { source: src }),
    values: valuesOf(params),
  };
}

function valuesOf(params: string | undefined): Record<string, string> {
  try {
    const values: unknown = JSON.parse(params ?? '{}');
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return {};
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, valueText(value)]));
  } catch {
    return {};
  }
}
