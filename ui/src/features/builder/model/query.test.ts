import { describe, expect, it } from 'vitest';
import type { Expression, Pipe, QueryTree, Scalar } from '@/api/query-tree';
import { newTest, type Condition } from './conditions';
import { keptOf, queryOf, treeOf } from './query';
import { columnsBefore, newStep } from './steps';

const word = (of: string) => ({ kind: 'word', of }) as const;
const test = (field: string, of: string): Expression => ({
  kind: 'field',
  of: { field, operator: ':', value: word(of) },
});
const field = (of: string): Scalar => ({ kind: 'field', of });
const call = (name: string, ...given: Scalar[]): Scalar => ({ kind: 'call', of: { name, arguments: given } });
const comparison = (left: Scalar, operator: string, right: Scalar): Scalar => ({
  kind: 'binary',
  of: { operator, left, right },
});

const filters: [string, Expression][] = [
  ['everything', { kind: 'all' }],
  ['one test', test('level', 'error')],
  ['a negated test', { kind: 'not', of: test('level', 'error') }],
  ['a test negated twice', { kind: 'not', of: { kind: 'not', of: test('level', 'error') } }],
  [
    'nested groups',
    {
      kind: 'and',
      of: [
        test('service', 'api'),
        {
          kind: 'or',
          of: [
            test('level', 'error'),
            { kind: 'not', of: { kind: 'and', of: [test('a', '1'), test('b', '2')] } },
          ],
        },
      ],
    },
  ],
  ['a group of alternatives', { kind: 'or', of: [test('a', '1'), test('a', '2')] }],
  ['a phrase', { kind: 'text', of: { kind: 'quoted', of: 'connection refused' } }],
  ['a regular expression', { kind: 'not', of: { kind: 'text', of: { kind: 'regex', of: 'time(d )?out' } } }],
  [
    'a range',
    {
      kind: 'field',
      of: {
        field: 'ms',
        operator: ':',
        value: {
          kind: 'range',
          of: { low: word('1'), high: word('2'), includes_low: true, includes_high: true },
        },
      },
    },
  ],
  [
    'a range that is open, which has no inputs',
    {
      kind: 'field',
      of: {
        field: 'ms',
        operator: ':',
        value: {
          kind: 'range',
          of: { low: word('1'), high: null, includes_low: true, includes_high: false },
        },
      },
    },
  ],
  ['letters in any case, which have no inputs', { kind: 'text', of: { kind: 'any_case', of: word('x') } }],
];

const pipes: [string, Pipe][] = [
  [
    'stats',
    {
      kind: 'stats',
      of: {
        aggregates: [
          { expression: call('count') },
          { expression: call('p99.9', field('ms')), as: 'slow' },
          { expression: call('uniq_exact', field('user')) },
        ],
        by: [
          { expression: field('service') },
          { expression: call('bucket', field('time'), { kind: 'number', of: '5m' }) },
        ],
      },
    },
  ],
  [
    'an aggregate that is computed with',
    {
      kind: 'stats',
      of: {
        aggregates: [{ expression: comparison(call('count'), '/', { kind: 'number', of: '2' }) }],
        by: [],
      },
    },
  ],
  [
    'countif',
    {
      kind: 'stats',
      of: {
        aggregates: [
          {
            expression: call('countif', {
              kind: 'test',
              of: { field: 'a', operator: ':', value: word('1') },
            }),
          },
        ],
        by: [],
      },
    },
  ],
  [
    'timechart',
    {
      kind: 'timechart',
      of: {
        span: '5m',
        aggregates: [{ expression: call('rate') }],
        by: { expression: field('service') },
        limit: 7,
      },
    },
  ],
  ['top', { kind: 'top', of: { limit: 5, fields: [{ expression: field('service') }], by: [] } }],
  [
    'top of each',
    { kind: 'top', of: { limit: 5, fields: [{ expression: field('a') }], by: [{ expression: field('b') }] } },
  ],
  [
    'having',
    {
      kind: 'where',
      of: comparison(
        comparison(field('count()'), '>', { kind: 'number', of: '10' }),
        'and',
        comparison(field('service'), '!=', { kind: 'text', of: 'api' }),
      ),
    },
  ],
  ['a condition of another shape', { kind: 'where', of: { kind: 'not', of: field('a') } }],
  [
    'a text that looks like a number',
    { kind: 'where', of: comparison(field('a'), '=', { kind: 'text', of: '42' }) },
  ],
  ['sort', { kind: 'sort', of: [{ expression: field('count()'), descending: true }] }],
  [
    'sort by something computed',
    { kind: 'sort', of: [{ expression: call('abs', field('a')), descending: false }] },
  ],
  ['limit', { kind: 'limit', of: { rows: 10, offset: 20 } }],
  ['eval', { kind: 'eval', of: [{ expression: field('a'), as: 'b' }] }],
];

describe('a tree comes back from the builder as it went in', () => {
  it.each(filters)('%s', (_name, filter) => {
    const tree: QueryTree = { filter, pipes: [] };
    expect(treeOf(queryOf(tree, ''))).toEqual(tree);
  });

  it.each(pipes)('%s', (_name, pipe) => {
    const tree: QueryTree = { filter: { kind: 'all' }, pipes: [pipe] };
    expect(treeOf(queryOf(tree, ''))).toEqual(tree);
  });
});

it('says what it keeps as it is written', () => {
  const text = 'i(x) | eval b = a | limit 3';
  const tree: QueryTree = {
    filter: { kind: 'text', of: { kind: 'any_case', of: word('x') }, span: { start: 0, end: 4 } },
    pipes: [
      { kind: 'eval', of: [], span: { start: 7, end: 17 } },
      { kind: 'limit', of: { rows: 3, offset: 0 }, span: { start: 20, end: 27 } },
    ],
  };
  expect(keptOf(queryOf(tree, text))).toEqual(['i(x)', 'eval b = a']);
});

it('leaves out what says nothing yet', () => {
  const query = queryOf({ filter: { kind: 'all' }, pipes: [] }, '');
  const children: Condition[] = [newTest()];
  const steps = [newStep('where'), newStep('sort'), newStep('limit')];
  expect(treeOf({ root: { ...query.root, children }, steps })).toEqual({
    filter: { kind: 'all' },
    pipes: [{ kind: 'limit', of: { rows: 100, offset: 0 } }],
  });
});

it('knows which columns a step finds', () => {
  const stats = pipes[0]?.[1];
  const { steps } = queryOf({ filter: { kind: 'all' }, pipes: stats === undefined ? [] : [stats] }, '');
  expect(columnsBefore([...steps, newStep('sort')], 1)).toEqual([
    'service',
    'time',
    'count()',
    'slow',
    'uniq_exact(user)',
  ]);
  expect(columnsBefore(steps, 0)).toBeNull();
});
