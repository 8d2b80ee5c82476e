import type { Expression, FieldTest, TreeValue } from '@/api/query-tree';
import { identified, type Id } from './ids';

/** A condition as the builder edits it. What it has no inputs for is `kept` as it was read. */
export type Condition = Group | Test | Words | Kept;

export interface Group {
  id: Id;
  kind: 'group';
  join: 'and' | 'or';
  isNegated: boolean;
  children: Condition[];
}

export interface Test {
  id: Id;
  kind: 'test';
  isNegated: boolean;
  test: FieldTest;
}

/** Words, a phrase, a pattern or a regular expression in the message. */
export interface Words {
  id: Id;
  kind: 'words';
  isNegated: boolean;
  value: TreeValue;
}

export interface Kept {
  id: Id;
  kind: 'kept';
  expression: Expression;
  /** As it is written. */
  source: string;
}

/** Text of a node; empty where it was never written. */
export type SourceOf = (node: { span?: { start: number; end: number } }) => string;

/** The whole filter: always a group, so that conditions can be added to it. */
export function rootOf(filter: Expression, sourceOf: SourceOf): Group {
  const condition = conditionOf(filter, sourceOf);
  if (condition === null) return newGroup('and');
  return condition.kind === 'group' && !condition.isNegated
    ? condition
    : { ...newGroup('and'), children: [condition] };
}

function conditionOf(expression: Expression, sourceOf: SourceOf): Condition | null {
  switch (expression.kind) {
    case 'all':
      return null;
    case 'and':
    case 'or': {
      const children = expression.of.map((child) => conditionOf(child, sourceOf) ?? kept(child, sourceOf));
      return { ...newGroup(expression.kind), children };
    }
    case 'not': {
      const inner = conditionOf(expression.of, sourceOf) ?? kept(expression.of, sourceOf);
      if (inner.kind === 'kept') return kept(expression, sourceOf);
      if (!inner.isNegated) return { ...inner, isNegated: true };
      return { ...newGroup('and'), isNegated: true, children: [inner] };
    }
    case 'text':
      return isEditable(expression.of)
        ? identified({ kind: 'words' as const, isNegated: false, value: expression.of })
        : kept(expression, sourceOf);
    case 'field':
      return isEditable(expression.of.value)
        ? identified({ kind: 'test' as const, isNegated: false, test: expression.of })
        : kept(expression, sourceOf);
  }
}

function kept(expression: Expression, sourceOf: SourceOf): Kept {
  return identified({ kind: 'kept' as const, expression, source: sourceOf(expression) });
}

/** Values that have inputs: a single one, a list of single ones, or a range with both ends inside. */
function isEditable(value: TreeValue): boolean {
  switch (value.kind) {
    case 'word':
    case 'quoted':
    case 'regex':
      return true;
    case 'list':
      return value.of.every(({ kind }) => kind === 'word' || kind === 'quoted');
    case 'range': {
      const { low, high, includes_low: low_in, includes_high: high_in } = value.of;
      const isSingle = (end: TreeValue | null): boolean => end?.kind === 'word' || end?.kind === 'quoted';
      return low_in && high_in && isSingle(low) && isSingle(high);
    }
    default:
      return false;
  }
}

/** The tree of the conditions; groups without a condition are left out. */
export function filterOf(root: Group): Expression {
  return expressionOf(root) ?? { kind: 'all' };
}

function expressionOf(condition: Condition): Expression | null {
  switch (condition.kind) {
    case 'kept':
      return condition.expression;
    case 'words':
      return isBlank(condition.value)
        ? null
        : negated({ kind: 'text', of: condition.value }, condition.isNegated);
    case 'test':
      return condition.test.field === ''
        ? null
        : negated({ kind: 'field', of: condition.test }, condition.isNegated);
    case 'group': {
      const children = condition.children.flatMap((child) => expressionOf(child) ?? []);
      const [first] = children;
      if (first === undefined) return null;
      return negated(
        children.length === 1 ? first : { kind: condition.join, of: children },
        condition.isNegated,
      );
    }
  }
}

function negated(expression: Expression, isNegated: boolean): Expression {
  return isNegated ? { kind: 'not', of: expression } : expression;
}

function isBlank(value: TreeValue): boolean {
  return (
    (value.kind === 'word' || value.kind === 'quoted' || value.kind === 'regex') && value.of.trim() === ''
  );
}

export function newGroup(join: 'and' | 'or'): Group {
  return identified({ kind: 'group' as const, join, isNegated: false, children: [] });
}

export function newTest(field = ''): Test {
  return identified({
    kind: 'test',
    isNegated: false,
    test: { field, operator: ':', value: { kind: 'word', of: '*' } },
  });
}

export function newWords(): Words {
  return identified({ kind: 'words' as const, isNegated: false, value: { kind: 'quoted', of: '' } });
}
