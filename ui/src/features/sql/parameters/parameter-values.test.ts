import { expect, it } from 'vitest';
import { parameterKind, parametersIn, problemOf, valuesFor } from './parameter-values';

const parameter = (type: string, name = 'x') => ({ name, type });

it('knows what a type wants', () => {
  expect(parameterKind('UInt64')).toBe('integer');
  expect(parameterKind('Nullable(Decimal(10, 2))')).toBe('number');
  expect(parameterKind('DateTime64(9)')).toBe('time');
  expect(parameterKind('Array(String)')).toBe('json');
  expect(parameterKind('LowCardinality(String)')).toBe('text');
});

it('says what is wrong with a value', () => {
  expect(problemOf(parameter('UInt8'), '1.5')).toBe('Write a whole number');
  expect(problemOf(parameter('UInt8'), '')).toBe('A value is missing');
  expect(problemOf(parameter('Nullable(UInt8)'), '')).toBeNull();
  expect(problemOf(parameter('String'), '')).toBeNull();
  expect(problemOf(parameter('DateTime'), '2026-11-20 08:15')).toBeNull();
  expect(problemOf(parameter('DateTime'), 'soon')).not.toBeNull();
  expect(problemOf(parameter('Array(String)'), '["a"')).not.toBeNull();
});

it('sends numbers as texts, so that no digit is lost, and lists as lists', () => {
  const all = [parameter('UInt64', 'n'), parameter('Array(String)', 'list'), parameter('Bool', 'flag')];
  const texts = { n: '18446744073709551615', list: '["a"]', flag: 'true' };
  expect(valuesFor(all, texts)).toEqual({ n: '18446744073709551615', list: ['a'], flag: true });
});

it('leaves the time range to the server, unless a parameter only has its name', () => {
  const sql = 'SELECT {from:DateTime64(9)}, {to:UInt8}';
  const { asked, hasRange, isComplete } = parametersIn(sql, { to: 'x' });
  expect(asked.map(({ name }) => name)).toEqual(['to']);
  expect(hasRange).toBe(true);
  expect(isComplete).toBe(false);
});
