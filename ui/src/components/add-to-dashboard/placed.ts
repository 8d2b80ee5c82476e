import type { Definition, Variable, WidgetQuery } from '@/api/dashboards';
import { LOCAL_SOURCE } from '@/api/sources';
import { foreignSource } from '@/components/sources/known-sources';
import { parameterPlaces } from '@/components/sql-editor/sql-text';
import type { AddedParameter } from './addition';

/** The query as it stands on a dashboard: it names its source only where the dashboard has another one. */
export function placed(query: WidgetQuery, definition: Pick<Definition, 'source'>): WidgetQuery {
  const { source, ...rest } = query;
  const [wanted, given] = [foreignSource(source), foreignSource(definition.source)];
  return wanted === given ? rest : { ...rest, source: wanted ?? LOCAL_SOURCE };
}

/** Filled by the dashboard itself; no variable may be named so. */
const OWN = ['from', 'to', 'bucket_seconds'];

/**
 * A statement whose parameters are variables of a dashboard, with the variables that are new there. One of the same
 * name and value is shared; where the name stands for something else, the parameter gets another one.
 */
export function withVariables(
  sql: string,
  parameters: AddedParameter[],
  known: Variable[],
): { text: string; added: Variable[] } {
  const added: Variable[] = [];
  const names = new Map<string, string>();
  for (const parameter of parameters) {
    const variable = variableOf(parameter);
    const all = [...known, ...added];
    const isFree = (name: string) => !OWN.includes(name) && all.every((other) => other.name !== name);
    const isSame = (name: string) =>
      all.some((other) => other.name === name && sameValues(other.default, variable.default));
    let name = parameter.name;
    for (let count = 2; !isFree(name) && !isSame(name); count += 1) name = `${parameter.name}_${count}`;
    names.set(parameter.name, name);
    if (isFree(name)) added.push({ ...variable, name });
  }
  return { text: renamed(sql, names), added };
}

function variableOf({ name, type, values }: AddedParameter): Variable {
  const shared = { name, label: '', query: null, default: values };
  if (type.startsWith('Array(')) return { ...shared, type: 'list', multi: true, values };
  if (/^(?:Nullable\()?Bool\b/.test(type))
    return { ...shared, type: 'list', multi: false, values: ['true', 'false'] };
  return { ...shared, type: 'text', multi: false, values: [] };
}

function sameValues(left: string[], right: string[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

function renamed(sql: string, names: Map<string, string>): string {
  let text = '';
  let at = 0;
  for (const { name, type, from, to } of parameterPlaces(sql)) {
    const next = names.get(name) ?? name;
    text += sql.slice(at, from) + (next === name ? sql.slice(from, to) : `{${next}:${type}}`);
    at = to;
  }
  return text + sql.slice(at);
}
