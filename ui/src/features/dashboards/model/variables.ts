import type { Variable, WidgetQuery } from '@/api/dashboards';
import { quoted } from '@/lib/explore-link';
import { tokenize, type Token } from '@/lib/query-language/lexer';

/** Chosen values by variable; none is any value. */
export type Values = Record<string, string[]>;

/** What stands in the URL, else the defaults; names that no variable has are left out. */
export function valuesOf(variables: Variable[], chosen: Values | undefined): Values {
  return Object.fromEntries(
    variables.map(({ name, default: initial, multi }) => {
      const values = chosen?.[name] ?? initial;
      return [name, multi ? values : values.slice(0, 1)];
    }),
  );
}

/** Names of the variables in a query. */
export function variablesIn(query: WidgetQuery, variables: Variable[]): string[] {
  const names = variables.map(({ name }) => name);
  if (query.language === 'sql') return names.filter((name) => parameterType(query.text, name) !== null);
  const used = new Set(tokenize(query.text).map((token) => (token.kind === 'word' ? token.text : '')));
  return names.filter((name) => used.has(`$${name}`));
}

function parameterType(sql: string, name: string): string | null {
  return new RegExp(`\\{\\s*${name}\\s*:\\s*([^{}]+)\\}`).exec(sql)?.[1]?.trim() ?? null;
}

/**
 * The values of the parameters that a statement names, in the form of their types. They are bound by ClickHouse, never
 * pasted. For a plain text no value is the empty one.
 */
export function sqlParameters(sql: string, values: Values): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  for (const [name, chosen] of Object.entries(values)) {
    const type = parameterType(sql, name);
    if (type === null) continue;
    if (type.startsWith('Array')) parameters[name] = chosen;
    else parameters[name] = chosen[0] ?? (type.startsWith('Nullable') ? null : '');
  }
  return parameters;
}

/**
 * A search with values in place of `$name`: each a quoted text of its own, several as alternatives. A test whose
 * variable has no value holds for every record, negated or not.
 */
export function fillSearch(text: string, values: Values): string {
  const tokens = tokenize(text);
  let filled = '';
  let copied = 0;
  tokens.forEach((token, index) => {
    const chosen =
      token.kind === 'word' && token.text.startsWith('$') ? values[token.text.slice(1)] : undefined;
    if (chosen === undefined) return;
    const from = chosen.length === 0 ? startOfTest(tokens, index) : token.from;
    // A condition of a pipe knows no `*`.
    const all = tokens.some(({ kind, to }) => kind === 'pipe' && to <= token.from) ? 'true' : '*';
    filled += text.slice(copied, from) + alternatives(chosen, all);
    copied = token.to;
  });
  return filled + text.slice(copied);
}

function alternatives(chosen: string[], all: string): string {
  if (chosen.length === 0) return all;
  const texts = chosen.map(quoted);
  return texts.length === 1 ? (texts[0] ?? all) : `(${texts.join(' OR ')})`;
}

/** Where the test begins whose value this is: its field, its comparison and what negates it. */
function startOfTest(tokens: Token[], index: number): number {
  let start = tokens[index]?.from ?? 0;
  for (let at = index - 1; at >= 0; at -= 1) {
    const token = tokens[at];
    const isPart =
      token !== undefined &&
      ((token.to === start && ['field', 'comparison', 'negation'].includes(token.kind)) ||
        (token.kind === 'keyword' && token.text === 'NOT'));
    if (!isPart) break;
    start = token.from;
  }
  return start;
}

/** Variables in an order in which each comes after those that its own query names. Cycles are broken where they close. */
export function inOrder(variables: Variable[]): Variable[] {
  const done: Variable[] = [];
  const visit = (variable: Variable, path: string[]): void => {
    if (done.includes(variable) || path.includes(variable.name)) return;
    const needs = variable.query == null ? [] : variablesIn(variable.query, variables);
    for (const name of needs) {
      const other = variables.find((one) => one.name === name);
      if (other !== undefined) visit(other, [...path, variable.name]);
    }
    done.push(variable);
  };
  for (const variable of variables) visit(variable, []);
  return done;
}

/** Puts a value that was clicked into the variable that stands for its column; `null` where none does. */
export function withPicked(
  variables: Variable[],
  values: Values,
  column: string,
  value: string,
): Values | null {
  const variable = variables.find(
    ({ name, label }) =>
      name.toLowerCase() === column.toLowerCase() || label.toLowerCase() === column.toLowerCase(),
  );
  if (variable === undefined) return null;
  const chosen = values[variable.name] ?? [];
  const isOnly = chosen.length === 1 && chosen[0] === value;
  return { ...values, [variable.name]: isOnly ? [] : [value] };
}
