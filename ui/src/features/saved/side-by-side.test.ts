import { expect, it } from 'vitest';
import type { LineChange } from '@/api/saved';
import { sideBySide } from './side-by-side';

it('puts what came beside what went', () => {
  const line = (kind: LineChange['kind'], text: string): LineChange => ({
    kind,
    before: null,
    after: null,
    line: text,
  });
  const pairs = sideBySide([
    line('same', 'a'),
    line('removed', 'b'),
    line('removed', 'c'),
    line('added', 'x'),
    line('same', 'd'),
    line('added', 'y'),
  ]);
  expect(pairs.map((pair) => pair.map((side) => side?.line ?? null))).toEqual([
    ['a', 'a'],
    ['b', 'x'],
    ['c', null],
    ['d', 'd'],
    [null, 'y'],
  ]);
});
