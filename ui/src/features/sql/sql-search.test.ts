import { expect, it } from 'vitest';
import { sqlLink } from '@/lib/sql-link';
import { tabOfLink, validateSqlSearch } from './sql-search';

it('opens what a link says, with its values', () => {
  const link = sqlLink('SELECT {p0:String}', { p0: 'a "b"', p1: [1] }, 'Rows');
  expect(tabOfLink(validateSqlSearch({ ...link }))).toEqual({
    sql: 'SELECT {p0:String}',
    title: 'Rows',
    values: { p0: 'a "b"', p1: '[1]' },
  });
});

it('takes values that the router has read already, and passes over what is no link', () => {
  expect(tabOfLink(validateSqlSearch({ sql: 'SELECT 1', params: { a: 'x' }, from: 'now-1h' }))).toEqual({
    sql: 'SELECT 1',
    values: { a: 'x' },
    from: 'now-1h',
    to: 'now',
  });
  expect(tabOfLink(validateSqlSearch({ sql: 5, other: true }))).toBeNull();
  expect(tabOfLink({ sql: 'SELECT 1', params: 'no JSON' })?.values).toEqual({});
});

it('keeps where the statement runs, whatever its name looks like', () => {
  const source = (src: unknown) => tabOfLink(validateSqlSearch({ sql: 'SELECT 1', src }))?.source;
  expect(source('orders')).toBe('orders');
  expect(source(42)).toBe('42');
  expect(source('logs')).toBeUndefined();
  expect(sqlLink('SELECT 1', {}, 'Rows', 'orders').src).toBe('orders');
});
