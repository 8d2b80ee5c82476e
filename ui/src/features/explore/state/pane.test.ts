import { expect, it } from 'vitest';
import { paneChange, paneSearch, splitChange } from './pane';

it('reads and writes each search of a split view under its own names', () => {
  const first = { q: 'a', from: 'now-1h', to: 'now', row: '7@t' };
  const split = { ...first, ...splitChange(first) };
  expect(paneSearch(split, 'second')).toMatchObject({ q: 'a', from: 'now-1h', to: 'now', row: undefined });
  expect(paneChange({ q: 'b', row: '8@t' }, 'second', true)).toEqual({ q2: 'b', row2: '8@t' });
  expect(paneChange({ q: 'b' }, 'first', true)).toEqual({ q: 'b' });
});

it('changes the time of both while they are linked, and of one when not', () => {
  expect(paneChange({ from: 'x', to: 'y' }, 'second', true)).toEqual({ from: 'x', to: 'y' });
  expect(paneChange({ from: 'x', to: 'y' }, 'second', false)).toEqual({ from2: 'x', to2: 'y' });
  expect(paneSearch({ from: 'a', to: 'b', from2: 'x', to2: 'y' }, 'second')).toMatchObject({
    from: 'x',
    to: 'y',
  });
});
