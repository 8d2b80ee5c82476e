import { expect, it } from 'vitest';
import { readSets, shownSet, withSet } from './column-sets';
import { wordMarks } from './word-marks';

it('keeps column sets by name, and leaves out what is none', () => {
  const http = { name: 'http', columns: ['time', 'http.status'], pinned: 1 };
  const sets = withSet(withSet([http], { name: 'a', columns: ['time'], pinned: 0 }), { ...http, pinned: 2 });
  expect(sets.map(({ name, pinned }) => [name, pinned])).toEqual([
    ['a', 0],
    ['http', 2],
  ]);
  expect(shownSet(sets, ['time', 'http.status'], 2)?.name).toBe('http');
  expect(shownSet(sets, ['time', 'http.status'], 1)).toBeUndefined();
  expect(readSets([null, 7, { name: 'x' }, { name: 'y', columns: [1], pinned: 0 }])).toEqual([]);
});

it('finds highlighted words as they are written, in any case', () => {
  const [mark] = wordMarks([
    { text: ' a.b(c) ', colour: 'red' },
    { text: '  ', colour: 'red' },
  ]);
  expect('xA.B(C)x a_b(c)'.match(mark?.pattern ?? /-/)).toEqual(['A.B(C)']);
});
