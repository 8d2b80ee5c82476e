import { expect, it } from 'vitest';
import type { Variable, WidgetQuery } from '@/api/dashboards';
import { titleOf } from './addition';
import { placed, withVariables } from './placed';

it('names its source only where the dashboard has another one', () => {
  const query: WidgetQuery = { language: 'search', text: '*' };
  const ofOrders = { ...query, source: 'orders' };
  expect(placed(query, {})).toEqual(query);
  expect(placed(ofOrders, { source: 'orders' })).toEqual(query);
  expect(placed(ofOrders, { source: null })).toEqual(ofOrders);
  expect(placed(query, { source: 'orders' })).toEqual({ ...query, source: 'logs' });
  expect(placed({ ...query, source: 'logs' }, {})).toEqual(query);
});

const variable = (name: string, value: string): Variable => ({
  name,
  label: '',
  type: 'text',
  multi: false,
  values: [],
  query: null,
  default: [value],
});

it('makes variables of the parameters of a statement, and shares those that say the same', () => {
  const sql =
    "SELECT '{level:String}' WHERE a = {level:String} AND b IN {hosts:Array(String)} AND c < {n : UInt8}";
  const parameters = [
    { name: 'level', type: 'String', values: ['error'] },
    { name: 'hosts', type: 'Array(String)', values: ['a', 'b'] },
    { name: 'n', type: 'UInt8', values: ['7'] },
  ];
  const onEmpty = withVariables(sql, parameters, []);
  expect(onEmpty.text).toBe(sql);
  expect(onEmpty.added.map(({ name, type, multi }) => [name, type, multi])).toEqual([
    ['level', 'text', false],
    ['hosts', 'list', true],
    ['n', 'text', false],
  ]);
  expect(onEmpty.added.map((one) => one.default)).toEqual([['error'], ['a', 'b'], ['7']]);

  expect(withVariables(sql, parameters, onEmpty.added)).toEqual({ text: sql, added: [] });

  const known = [variable('level', 'warn'), variable('level_2', 'info'), variable('n', '7')];
  const onOther = withVariables(sql, parameters, known);
  expect(onOther.text).toBe(sql.replace('a = {level:String}', 'a = {level_3:String}'));
  expect(onOther.added.map(({ name }) => name)).toEqual(['level_3', 'hosts']);
});

it('leaves a dashboard the names that it fills itself', () => {
  const to = { name: 'to', type: 'UInt8', values: ['60'] };
  expect(withVariables('{to:UInt8}', [to], []).text).toBe('{to_2:UInt8}');
});

it('cuts a long query to one line as a title', () => {
  expect(titleOf('SELECT 1\n  FROM t')).toBe('SELECT 1 FROM t');
  expect(titleOf('x'.repeat(80))).toHaveLength(60);
});
