import { expect, it } from 'vitest';
import { logRow } from '@/test/log-row';
import { compareRows, differences } from './compare';

it('puts the fields of rows side by side and says which differ', () => {
  const groups = compareRows([
    logRow({ LogAttributes: { status: '200', path: '/a' } }),
    logRow({ LogAttributes: { status: '502', path: '/a', retry: '1' } }),
  ]);
  const attributes = groups.find((group) => group.name === 'Attributes');
  expect(attributes?.fields).toEqual([
    { label: 'path', values: ['/a', '/a'], differs: false },
    { label: 'status', values: ['200', '502'], differs: true },
    { label: 'retry', values: [undefined, '1'], differs: true },
  ]);
});

it('tells the words of two texts apart', () => {
  const [left, right] = differences('took 12 ms on db-1', 'took 980 ms on db-2');
  const own = (pieces: { text: string; isOwn: boolean }[]) =>
    pieces.filter((piece) => piece.isOwn).map((piece) => piece.text);
  expect(own(left)).toEqual(['12', '1']);
  expect(own(right)).toEqual(['980', '2']);
  expect(left.map((piece) => piece.text).join('')).toBe('took 12 ms on db-1');
});
