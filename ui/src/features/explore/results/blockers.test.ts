import { expect, it } from 'vitest';
import { blockersOf } from './blockers';

it('leaves out each term at the top of a search', () => {
  expect(blockersOf('refused level:(error OR fatal) -service:api')).toEqual([
    { text: 'refused', rest: 'level:(error OR fatal) -service:api' },
    { text: 'level:(error OR fatal)', rest: 'refused -service:api' },
    { text: '-service:api', rest: 'refused level:(error OR fatal)' },
  ]);
});

it('has nothing to leave out of one term, or of alternatives', () => {
  expect(blockersOf('service:api')).toEqual([]);
  expect(blockersOf('a OR b')).toEqual([]);
  expect(blockersOf('')).toEqual([]);
});
