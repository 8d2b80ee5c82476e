import { expect, it } from 'vitest';
import { chartedBy, filterPart, groupedBy, withFilterPart } from './pipes';

it('puts one pipe behind the rows of a search', () => {
  expect(groupedBy('', 'service')).toBe('* | stats count() by service');
  expect(groupedBy('level:error | stats count() by host', 'http.status')).toBe(
    'level:error | stats count() by http.status',
  );
  expect(chartedBy('a "b | c" /d|e/', 'my field')).toBe('a "b | c" /d|e/ | timechart count() by `my field`');
  expect(filterPart('x|stats count()')).toBe('x');
  expect(withFilterPart('level:error | stats count()', () => 'a')).toBe('a | stats count()');
  expect(withFilterPart('level:error | head 3', () => '')).toBe('* | head 3');
  expect(withFilterPart('level:error', (filter) => `${filter} b`)).toBe('level:error b');
});
