import { isPlainFieldName } from './lexer';
import { splitPipes } from './pipes';
import { canonicalField, parse, type Expression, type Term } from './syntax';

/** A part of the search that holds one field to some values: what a chip shows and a facet toggles. */
export interface Filter {
  from: number;
  to: number;
  field: string;
  negated: boolean;
  /** One value, or several joined by OR. A null value stands for `field:*`. */
  values: (string | null)[];
  /** What a chip says after the field's name. */
  label: string;
  /** True when the values are plain equalities, so that a value can be added or removed. */
  editable: boolean;
}

function conjuncts(expression: Expression | null): Expression[] {
  if (!expression) return [];
  return expression.kind === 'and' && !expression.grouped ? expression.children : [expression];
}

function isEquality(term: Term): boolean {
  if (term.comparison !== null && term.comparison !== '=') return false;
  return (
    term.value.kind === 'phrase' ||
    (term.value.kind === 'word' && (term.value.text === '*' || !/[*?\\]/.test(term.value.text)))
  );
}

function valueOf(term: Term): string | null {
  return term.value.kind === 'word' && term.value.text === '*' ? null : term.value.text;
}

function describe(term: Term): string {
  const text = term.value.kind === 'regex' ? `/${term.value.text}/` : term.value.text;
  return `${term.comparison ?? ''}${text}`;
}

function termsOfOneField(expression: Expression): Term[] | null {
  if (expression.kind === 'term') return expression.field === null ? null : [expression];
  if (expression.kind === 'not') return null;
  if (expression.kind === 'and' && expression.children.length > 1) return null;
  const terms: Term[] = [];
  for (const child of expression.children) {
    if (child.kind !== 'term' || child.field === null) return null;
    terms.push(child);
  }
  const names = new Set(terms.map((term) => canonicalField(term.field ?? '')));
  return names.size === 1 ? terms : null;
}

/** The terms that a row has to meet all of, with what negates them. */
export function topLevelTerms(query: string): { from: number; to: number }[] {
  return conjuncts(parse(query)).map(({ from, to }) => ({ from, to }));
}

/** The filters at the top level of a search, in order. */
export function filtersOf(query: string): Filter[] {
  return conjuncts(parse(query)).flatMap((expression): Filter[] => {
    const negated = expression.kind === 'not';
    const inner = negated ? expression.child : expression;
    const terms = termsOfOneField(inner);
    const [first] = terms ?? [];
    if (terms === null || first?.field == null) return [];
    return [
      {
        from: expression.from,
        to: expression.to,
        field: canonicalField(first.field),
        negated,
        values: terms.map(valueOf),
        label: terms.map(describe).join(' or '),
        editable: terms.every(isEquality),
      },
    ];
  });
}

/** A value as it is written after `field:`, quoted where it could be read as anything but itself. */
export function quoteValue(value: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.@-]*$/u.test(value) && !/^(?:AND|OR|NOT)$/.test(value)) return value;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function writeField(field: string): string {
  return isPlainFieldName(field) ? field : `"${field.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export function fieldTerm(field: string, value: string | null): string {
  return `${writeField(field)}:${value === null ? '*' : quoteValue(value)}`;
}

/** Removes a stretch and the space or AND that tied it to its neighbours. */
export function removeRange(query: string, from: number, to: number): string {
  const before = query.slice(0, from).replace(/(?:\s+AND)?\s*$/, '');
  const after = query.slice(to).replace(/^\s*(?:AND\s+)?/, '');
  if (before === '' || after === '') return before + after;
  return `${before} ${after}`;
}

/** The search that also asks for `term`; its pipes stay behind it. */
export function addTerm(query: string, term: string): string {
  const { filter, pipes } = splitPipes(query);
  const trimmed = filter.trim();
  const rest = pipes === '' ? '' : ` ${pipes}`;
  if (trimmed === '' || trimmed === '*') return term + rest;
  const expression = parse(trimmed);
  const needsParentheses = expression?.kind === 'or' && !expression.grouped;
  return (needsParentheses ? `(${trimmed}) ${term}` : `${trimmed} ${term}`) + rest;
}

function writeFilter(filter: Filter, values: (string | null)[]): string {
  const [first = null] = values;
  if (values.length === 1) return fieldTerm(filter.field, first);
  const written = values.map((value) => (value === null ? '*' : quoteValue(value)));
  return `${writeField(filter.field)}:(${written.join(' OR ')})`;
}

function withoutValue(query: string, filter: Filter, value: string | null): string {
  const rest = filter.values.filter((other) => other !== value);
  if (rest.length === 0) return removeRange(query, filter.from, filter.to);
  return (
    query.slice(0, filter.from) +
    (filter.negated ? '-' : '') +
    writeFilter(filter, rest) +
    query.slice(filter.to)
  );
}

function findFilter(
  query: string,
  field: string,
  negated: boolean,
  value: string | null,
): Filter | undefined {
  const name = canonicalField(field);
  return filtersOf(query).find(
    (filter) =>
      filter.editable && filter.field === name && filter.negated === negated && filter.values.includes(value),
  );
}

/** How a search stands to a value of a field. */
export function stateOf(query: string, field: string, value: string | null): 'included' | 'excluded' | null {
  if (findFilter(query, field, false, value)) return 'included';
  return findFilter(query, field, true, value) ? 'excluded' : null;
}

/** Asks for the value beside the field's other values, or takes it out when the search asks for it already. */
export function toggleInclude(query: string, field: string, value: string | null): string {
  const included = findFilter(query, field, false, value);
  if (included) return withoutValue(query, included, value);
  const excluded = findFilter(query, field, true, value);
  const base = excluded ? withoutValue(query, excluded, value) : query;
  const name = canonicalField(field);
  const other = filtersOf(base).find(
    (filter) =>
      filter.editable &&
      !filter.negated &&
      filter.field === name &&
      !filter.values.includes(null) &&
      value !== null,
  );
  if (!other) return addTerm(base, fieldTerm(field, value));
  return (
    base.slice(0, other.from) +
    writeFilter({ ...other, field }, [...other.values, value]) +
    base.slice(other.to)
  );
}

/** Leaves the value out, or lets it in again when the search leaves it out already. */
export function toggleExclude(query: string, field: string, value: string | null): string {
  const excluded = findFilter(query, field, true, value);
  if (excluded) return withoutValue(query, excluded, value);
  const included = findFilter(query, field, false, value);
  const base = included ? withoutValue(query, included, value) : query;
  return addTerm(base, `-${fieldTerm(field, value)}`);
}

/** The search without every filter on the field, so that its other values can be counted. */
export function withoutField(query: string, field: string): string {
  const name = canonicalField(field);
  return filtersOf(query)
    .filter((filter) => filter.field === name)
    .reverse()
    .reduce((text, filter) => removeRange(text, filter.from, filter.to), query)
    .trim();
}

/** Turns the filter at this place around: include to exclude and back. */
export function negateFilter(query: string, filter: Filter): string {
  const text = query.slice(filter.from, filter.to);
  const turned = filter.negated ? text.replace(/^(?:[-!]|NOT\s+)/, '') : `-${text}`;
  return query.slice(0, filter.from) + turned + query.slice(filter.to);
}
