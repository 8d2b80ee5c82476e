import type { FieldTest, TreeValue } from '@/api/query-tree';

/** What a test of a field says, in words. */
export const VERBS = [
  'is',
  'is_not',
  'one_of',
  'not_one_of',
  'pattern',
  'not_pattern',
  'regex',
  'not_regex',
  'greater',
  'greater_or_equal',
  'less',
  'less_or_equal',
  'between',
  'not_between',
  'exists',
  'missing',
] as const;
export type Verb = (typeof VERBS)[number];

export const VERB_NAMES: Record<Verb, string> = {
  is: 'is',
  is_not: 'is not',
  one_of: 'is one of',
  not_one_of: 'is none of',
  pattern: 'is like',
  not_pattern: 'is not like',
  regex: 'matches',
  not_regex: 'does not match',
  greater: 'is above',
  greater_or_equal: 'is at least',
  less: 'is below',
  less_or_equal: 'is at most',
  between: 'is between',
  not_between: 'is not between',
  exists: 'is there',
  missing: 'is missing',
};

const COMPARISONS: Partial<Record<Verb, FieldTest['operator']>> = {
  greater: '>',
  greater_or_equal: '>=',
  less: '<',
  less_or_equal: '<=',
};

const TEXT: Verb[] = [
  'is',
  'is_not',
  'one_of',
  'not_one_of',
  'pattern',
  'not_pattern',
  'regex',
  'not_regex',
  'exists',
  'missing',
];
const ORDERED: Verb[] = ['greater', 'greater_or_equal', 'less', 'less_or_equal', 'between', 'not_between'];

/** The verbs that make sense for a field, the usual ones first. */
export function verbsFor(field: string, type: 'string' | 'number' | null): Verb[] {
  if (field === 'level' || field === 'severity') {
    return ['is', 'is_not', 'one_of', 'not_one_of', 'greater_or_equal', 'greater', 'less_or_equal', 'less'];
  }
  if (field === 'time' || field === 'Timestamp') return ['is', ...ORDERED];
  if (type === 'number') return ['is', 'is_not', ...ORDERED, 'one_of', 'not_one_of', 'exists', 'missing'];
  return [...TEXT, ...ORDERED];
}

/** What the test says, or `null` where there is no word for it. */
export function verbOf({ operator, value }: FieldTest, isNegated: boolean): Verb | null {
  if (operator === '!=') return isNegated || value.kind === 'list' ? null : 'is_not';
  const comparison = (Object.entries(COMPARISONS) as [Verb, string][]).find(([, sign]) => sign === operator);
  if (comparison !== undefined) return isNegated ? null : comparison[0];
  if (value.kind === 'list') return isNegated ? 'not_one_of' : 'one_of';
  if (value.kind === 'range') return isNegated ? 'not_between' : 'between';
  if (value.kind === 'regex') return isNegated ? 'not_regex' : 'regex';
  if (value.kind === 'word' && value.of === '*') return isNegated ? 'missing' : 'exists';
  if (value.kind === 'word' && hasWildcard(value.of)) return isNegated ? 'not_pattern' : 'pattern';
  return isNegated ? 'is_not' : 'is';
}

export function hasWildcard(word: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*[*?]/.test(word);
}

/** A text as a value that means exactly it. */
export function literal(text: string): TreeValue {
  const isPlain = /^[\p{L}\p{N}_][\p{L}\p{N}_.@-]*$/u.test(text) && !/^(?:AND|OR|NOT|IN|TO)$/.test(text);
  return isPlain ? { kind: 'word', of: text } : { kind: 'quoted', of: text };
}

/** The value as a text to edit: what a literal means, a pattern as it is written. */
export function textOf(value: TreeValue | null): string {
  if (value === null) return '';
  if (value.kind === 'word') return hasWildcard(value.of) ? value.of : value.of.replaceAll(/\\(.)/g, '$1');
  return value.kind === 'quoted' || value.kind === 'regex' ? value.of : '';
}

/** The values of the test as texts: one, two of a range, or those of a list. */
export function textsOf(value: TreeValue): string[] {
  if (value.kind === 'list') return value.of.map(textOf);
  if (value.kind === 'range') return [textOf(value.of.low), textOf(value.of.high)];
  return value.kind === 'word' && value.of === '*' ? [] : [textOf(value)];
}

/** The test that a verb and its texts make. */
export function testOf(
  field: string,
  verb: Verb,
  texts: readonly string[],
): { test: FieldTest; isNegated: boolean } {
  const [first = '', second = ''] = texts;
  const made = (operator: FieldTest['operator'], value: TreeValue, isNegated = false) => ({
    test: { field, operator, value },
    isNegated,
  });
  switch (verb) {
    case 'is':
      return made(':', literal(first));
    case 'is_not':
      return made('!=', literal(first));
    case 'one_of':
    case 'not_one_of':
      return made(':', { kind: 'list', of: texts.map(literal) }, verb === 'not_one_of');
    case 'pattern':
    case 'not_pattern':
      return made(':', { kind: 'word', of: first === '' ? '*' : first }, verb === 'not_pattern');
    case 'regex':
    case 'not_regex':
      return made(':', { kind: 'regex', of: first }, verb === 'not_regex');
    case 'between':
    case 'not_between': {
      const ends = { low: literal(first), high: literal(second), includes_low: true, includes_high: true };
      return made(':', { kind: 'range', of: ends }, verb === 'not_between');
    }
    case 'exists':
    case 'missing':
      return made(':', { kind: 'word', of: '*' }, verb === 'missing');
    default:
      return made(COMPARISONS[verb] ?? ':', literal(first));
  }
}

/** How many values a verb takes: none, one, two, or a list. */
export function valueCount(verb: Verb): 0 | 1 | 2 | 'list' {
  if (verb === 'exists' || verb === 'missing') return 0;
  if (verb === 'between' || verb === 'not_between') return 2;
  return verb === 'one_of' || verb === 'not_one_of' ? 'list' : 1;
}
