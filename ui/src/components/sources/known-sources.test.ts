import { expect, it } from 'vitest';
import { ApiError } from '@/api/errors';
import type { Connection, Source } from '@/api/sources';
import { connectionOf, foreignSource, knownInstead, sourceName } from './known-sources';

const connections = [
  { id: 'c1', name: 'shop' },
  { id: 'c2', name: 'edge' },
] as Connection[];
const all = [
  { name: 'logs', connection_id: null },
  { name: 'orders', connection_id: 'c1' },
  { name: 'edge', connection_id: 'c1' },
] as Source[];

it('knows this server however it is said', () => {
  expect([undefined, null, '', 'logs'].map(foreignSource)).toEqual(Array(4).fill(undefined));
  expect([null, 'logs', 'orders'].map(sourceName)).toEqual(['Logs', 'Logs', 'orders']);
});

it('finds the server of a source; a connection of the same name comes first', () => {
  expect(connectionOf('orders', connections, all)).toBe('shop');
  expect(connectionOf('edge', connections, all)).toBe('edge');
  expect(connectionOf('gone', connections, all)).toBe('gone');
});

it('reads from an error which sources there are', () => {
  const error = (code: string, details: unknown) => new ApiError(400, { code, message: '', details });
  expect(knownInstead(error('query.source', { sources: ['logs', 1, 'orders'] }))).toEqual(['logs', 'orders']);
  expect(knownInstead(error('query.source', null))).toBeNull();
  expect(knownInstead(error('query.syntax', { sources: ['logs'] }))).toBeNull();
  expect(knownInstead(new Error('query.source'))).toBeNull();
});
